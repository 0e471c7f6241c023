package dev.lathe.train;

import dev.lathe.tensor.AdamUpdate;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Parameter;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
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

    private record Slot(double weightDecay, Tensor mean, Tensor square) {}

    private final Settings settings;
    private final SequencedMap<Parameter, Slot> slots = new LinkedHashMap<>();
    private long steps;

    public AdamW(List<Parameter> parameters, Settings settings) {
        this.settings = settings;
        for (Parameter parameter : parameters) {
            long[] shape = parameter.master().shape();
            slots.put(
                    parameter,
                    new Slot(
                            DecayGroups.decays(parameter.name()) ? settings.weightDecay() : 0,
                            Scope.release(Tensors.zeros(DType.F32, shape)),
                            Scope.release(Tensors.zeros(DType.F32, shape))));
        }
    }

    @Override
    public Step begin(double learningRate) {
        long step = ++steps;
        return (parameter, scale) -> change(parameter, learningRate, step, scale);
    }

    private void change(Parameter parameter, double learningRate, long step, double scale) {
        Slot slot = Optional.ofNullable(slots.get(parameter))
                .orElseThrow(() ->
                        new IllegalArgumentException(parameter.name() + " is none of this optimizer's parameters"));
        new AdamUpdate(
                        settings.beta1(),
                        settings.beta2(),
                        settings.epsilon(),
                        slot.weightDecay(),
                        learningRate,
                        step,
                        scale)
                .apply(parameter, slot.mean(), slot.square());
    }

    @Override
    public SequencedMap<String, Tensor> states() {
        SequencedMap<String, Tensor> states = new LinkedHashMap<>();
        slots.forEach((parameter, slot) -> {
            states.put(parameter.name() + ".exp_avg", slot.mean());
            states.put(parameter.name() + ".exp_avg_sq", slot.square());
        });
        return states;
    }

    @Override
    public void resumeAt(long step) {
        steps = step;
    }
}
