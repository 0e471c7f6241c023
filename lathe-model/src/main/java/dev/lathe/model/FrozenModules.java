package dev.lathe.model;

import dev.lathe.tensor.Operand;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import java.util.List;
import java.util.Optional;

/** A model as it stands in its checkpoint: for inference, and underneath adapters. */
public final class FrozenModules implements Modules {
    private final Weights weights;
    private final Optional<BlockTurns> turns;

    /** Holds every tensor. */
    public FrozenModules(Weights weights) {
        this(weights, Matrices.HELD);
    }

    /** @param matrices of linear layers; other tensors are held */
    public FrozenModules(Weights weights, Matrices matrices) {
        this.weights = weights;
        this.turns = matrices == Matrices.STREAMED ? Optional.of(new BlockTurns(weights)) : Optional.empty();
    }

    public Weights weights() {
        return weights;
    }

    @Override
    public Linear joined(List<Part> parts, long in) {
        return frozen(parts, in);
    }

    /** The layers with their type, for those who build something on top of them. */
    public FrozenLinear frozen(List<Part> parts, long in) {
        Weight weight = turns.<Weight>map(all -> new StreamedWeight(weights, parts, in, all.of(parts)))
                .orElseGet(() -> weights.linear(parts, in));
        return new FrozenLinear(weight, bias(parts));
    }

    /** The layers' matrix with {@code room} columns behind it. */
    public WideWeight wide(List<Part> parts, long in, long room) {
        return turns.<WideWeight>map(all -> {
                    long out = parts.stream().mapToLong(Part::out).sum();
                    Tensor place = Scope.release(Tensors.zeros(weights.dtype(), out, room));
                    return new StreamedWideWeight(weights, parts, in, place, all.of(parts));
                })
                .orElseGet(() -> weights.wide(parts, in, room));
    }

    /** The layers' biases side by side, 0 where a layer has none; empty when none has one. */
    public Optional<Operand> bias(List<Part> parts) {
        return parts.stream().anyMatch(Part::bias)
                ? Optional.of(Operand.fixed(weights.copyJoinedBias(parts, weights.dtype())))
                : Optional.empty();
    }

    @Override
    public Linear expert(List<Part> parts, long in) {
        return frozen(parts, in);
    }

    @Override
    public Operand tensor(String name, long... shape) {
        return Operand.fixed(weights.get(name, shape));
    }

    @Override
    public Tensor constant(String name, long... shape) {
        return weights.get(name, shape);
    }

    @Override
    public Operand scale(String name, long size) {
        return Operand.fixed(weights.get(name + ".weight", size));
    }

    @Override
    public Operand table(String name, long rows, long columns) {
        return weights.table(name, rows, columns);
    }
}
