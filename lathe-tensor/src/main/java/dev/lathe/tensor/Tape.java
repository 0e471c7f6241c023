package dev.lathe.tensor;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Records operations that know their own gradient, and walks them backwards once. An operation computes its result,
 * then says with {@link #record} how a gradient of the result becomes gradients of what went in. What the lambda holds
 * is what is kept for the backward pass, and nothing else.
 *
 * <p>Tensors are told apart by identity. Only what leads to a {@linkplain #watch watched} tensor or a trained
 * {@link Parameter} is recorded; the rest costs nothing.
 */
public final class Tape {
    /** From the gradients of all results (empty where nothing reached one) to those of what went in. */
    @FunctionalInterface
    public interface Backward {
        void accept(List<Optional<Tensor>> gradients);
    }

    /** From the gradient of the only result to those of what went in. */
    @FunctionalInterface
    public interface SingleBackward {
        void accept(Tensor gradient);
    }

    private record Entry(List<Tensor> outputs, Backward backward) {}

    private final boolean recording;
    private final List<Entry> entries = new ArrayList<>();
    private final Map<Tensor, Boolean> needed = new IdentityHashMap<>();
    private final Map<Tensor, Tensor> gradients = new IdentityHashMap<>();

    private Tape(boolean recording) {
        this.recording = recording;
    }

    public static Tape recording() {
        return new Tape(true);
    }

    /** For inference: nothing is ever needed, nothing is recorded. */
    public static Tape off() {
        return new Tape(false);
    }

    public boolean isRecording() {
        return recording;
    }

    /** Asks for the gradient of a tensor that goes in. */
    public void watch(Tensor input) {
        if (recording) {
            needed.put(input, true);
        }
    }

    /** Whether somebody wants the gradient of {@code tensor}. */
    public boolean needs(Tensor tensor) {
        return needed.containsKey(tensor);
    }

    /** Records one operation with one result. Call it only if its inputs or parameters need gradients. */
    public void record(Tensor output, SingleBackward backward) {
        record(List.of(output), gradient -> backward.accept(gradient.getFirst().orElseThrow()));
    }

    /** Records one operation with several results. */
    public void record(List<Tensor> outputs, Backward backward) {
        if (!recording) {
            throw new IllegalStateException("this tape does not record; ask needs() first");
        }
        outputs.forEach(output -> needed.put(output, true));
        entries.add(new Entry(outputs, backward));
    }

    /** Adds to the gradient of {@code input} if it is needed. */
    public void add(Tensor input, Tensor gradient) {
        if (needs(input)) {
            gradients.merge(input, gradient, Residual::sum);
        }
    }

    /**
     * The same for an operation that can add while it computes.
     *
     * @param sum from what has arrived so far, which it must leave as it is, to that and its own gradient together; called
     *     even if nobody needs the input's gradient, for those of the operation's parameters
     */
    public void gather(Tensor input, Function<Optional<Tensor>, Tensor> sum) {
        Tensor all = sum.apply(Optional.ofNullable(gradients.get(input)));
        if (needs(input)) {
            gradients.put(input, all);
        }
    }

    /** Walks back from {@code output}, whose gradient is given. Entries are dropped as they are used. */
    public void backward(Tensor output, Tensor gradient) {
        add(output, gradient);
        while (!entries.isEmpty()) {
            Entry entry = entries.removeLast();
            List<Optional<Tensor>> arrived = new ArrayList<>();
            for (Tensor result : entry.outputs()) {
                arrived.add(Optional.ofNullable(gradients.remove(result)));
            }
            if (arrived.stream().anyMatch(Optional::isPresent)) {
                entry.backward().accept(arrived);
            }
        }
    }

    /** The gradient that arrived at a watched tensor. */
    public Optional<Tensor> gradient(Tensor input) {
        return Optional.ofNullable(gradients.get(input));
    }
}
