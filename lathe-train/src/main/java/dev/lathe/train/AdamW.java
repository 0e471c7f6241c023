package dev.lathe.train;

import dev.lathe.tensor.AdamUpdate;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Parameter;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2017, arXiv:1711.05101), in the order of operations of torch's
 * AdamW. Two float32 states a parameter: 8 bytes a trained number.
 */
public final class AdamW implements Optimizer {
    /**
     * @param weightDecay of the parameters that decay at all: neither biases nor norms, as Hugging Face groups them
     */
    public record Settings(double beta1, double beta2, double epsilon, double weightDecay) {}

    private record Slot(Parameter parameter, double weightDecay, Tensor mean, Tensor square) {}

    private final Settings settings;
    private final List<Slot> slots = new ArrayList<>();
    private long steps;

    public AdamW(List<Parameter> parameters, Settings settings) {
        this.settings = settings;
        for (Parameter parameter : parameters) {
            long[] shape = parameter.master().shape();
            slots.add(new Slot(
                    parameter,
                    DecayGroups.decays(parameter.name()) ? settings.weightDecay() : 0,
                    Scope.release(Tensors.zeros(DType.F32, shape)),
                    Scope.release(Tensors.zeros(DType.F32, shape))));
        }
    }

    @Override
    public void step(double learningRate) {
        steps++;
        for (Slot slot : slots) {
            new AdamUpdate(
                            settings.beta1(),
                            settings.beta2(),
                            settings.epsilon(),
                            slot.weightDecay(),
                            learningRate,
                            steps)
                    .apply(slot.parameter(), slot.mean(), slot.square());
        }
    }

    @Override
    public SequencedMap<String, Tensor> states() {
        SequencedMap<String, Tensor> states = new LinkedHashMap<>();
        for (Slot slot : slots) {
            states.put(slot.parameter().name() + ".exp_avg", slot.mean());
            states.put(slot.parameter().name() + ".exp_avg_sq", slot.square());
        }
        return states;
    }

    @Override
    public void resumeAt(long step) {
        steps = step;
    }
}
