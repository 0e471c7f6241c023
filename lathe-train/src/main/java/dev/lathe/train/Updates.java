package dev.lathe.train;

import dev.lathe.model.Decoder;
import dev.lathe.tensor.Parameter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * When a step's gradients become changes of the parameters: {@linkplain InBackward in the backward pass}, a block's as soon
 * as they are known, so that no more than one block's take memory (Lv et al. 2023, arXiv:2306.09782), or
 * {@linkplain AtEnd at the end}, where clipping needs all of them or several passes add to them. The same numbers either
 * way, to the bit.
 */
final class Updates {
    private final Optimizer optimizer;
    private final GradientClip clip;
    private final List<Parameter> parameters;
    private final Map<OptionalInt, List<Parameter>> byBlock;

    /** @param parameters all that are trained in {@code decoder} */
    Updates(Optimizer optimizer, GradientClip clip, Decoder decoder, List<Parameter> parameters) {
        this.optimizer = optimizer;
        this.clip = clip;
        this.parameters = parameters;
        this.byBlock = parameters.stream()
                .collect(Collectors.groupingBy(parameter -> decoder.spec().layerOf(parameter.name())));
    }

    /**
     * Whether parameters change in the backward pass.
     *
     * @param passes through the model that the step is made of
     */
    static boolean areInBackward(GradientClip clip, int passes) {
        return passes == 1 && !clip.isOn();
    }

    /** @param passes through the model that the step is made of */
    Update begin(int passes, double learningRate) {
        Optimizer.Step step = optimizer.begin(learningRate);
        return areInBackward(clip, passes) ? new InBackward(step) : new AtEnd(step);
    }

    /** One step's. When it is closed, no gradient takes memory. */
    abstract sealed class Update implements LayerLoop.BlockDone, AutoCloseable {
        /**
         * Changes what has not changed yet.
         *
         * @return the norm of all gradients together, before they were clipped
         */
        abstract double finish();

        @Override
        public final void close() {
            parameters.forEach(Parameter::clearGradient);
        }
    }

    /** What belongs to no block, such as an embedding that is also the head, has its turn at the end. */
    private final class InBackward extends Update {
        private final Optimizer.Step step;
        private final Map<Parameter, Double> squares = new HashMap<>();

        InBackward(Optimizer.Step step) {
            this.step = step;
        }

        @Override
        public void blockDone(int block) {
            change(byBlock.getOrDefault(OptionalInt.of(block), List.of()));
        }

        @Override
        double finish() {
            change(parameters.stream()
                    .filter(parameter -> !squares.containsKey(parameter))
                    .toList());
            return Math.sqrt(parameters.stream().mapToDouble(squares::get).reduce(0, Double::sum));
        }

        private void change(List<Parameter> known) {
            for (Parameter parameter : known) {
                if (squares.put(parameter, parameter.gradientSquares()) != null) {
                    throw new IllegalStateException(
                            parameter.name() + " has changed already: a second pass in the step");
                }
                step.change(parameter, 1);
            }
            known.forEach(Parameter::clearGradient); // only now: some may be parts of one
        }
    }

    private final class AtEnd extends Update {
        private final Optimizer.Step step;

        AtEnd(Optimizer.Step step) {
            this.step = step;
        }

        @Override
        public void blockDone(int block) {
            // gradients stay
        }

        @Override
        double finish() {
            double norm = Math.sqrt(
                    parameters.stream().mapToDouble(Parameter::gradientSquares).reduce(0, Double::sum));
            double scale = clip.factor(norm);
            parameters.forEach(parameter -> step.change(parameter, scale));
            return norm;
        }
    }
}
