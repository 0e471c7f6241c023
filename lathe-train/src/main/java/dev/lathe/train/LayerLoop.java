package dev.lathe.train;

import dev.lathe.model.Block;
import dev.lathe.model.Decoder;
import dev.lathe.model.PackedPass;
import dev.lathe.model.Pass;
import dev.lathe.model.Positions;
import dev.lathe.model.Routers;
import dev.lathe.tensor.Noise;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tape;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Forward through the blocks keeping each one's input, then back, last to first, each block recomputed and differentiated
 * on its own (Chen et al. 2016, arXiv:1604.06174): the memory of one block instead of all, for about a third more time.
 * Blocks that {@link Keeping} has keep what they recorded are not recomputed. Stops at the lowest trained block.
 */
public final class LayerLoop {
    /** What stands on the last block's result: [tokens, hidden] in, its gradient out. */
    @FunctionalInterface
    public interface Top {
        Tensor gradient(Tensor hidden);
    }

    /** Hears how far a backward pass is. */
    @FunctionalInterface
    public interface BlockDone {
        /** This pass adds nothing more to the gradients of a block, and does not compute with it any more. */
        void blockDone(int block);
    }

    private final Decoder decoder;
    private final Keeping keeping;
    private final int lowestTrained;
    private final BlockDone listener;

    public LayerLoop(Decoder decoder, Keeping keeping) {
        this(decoder, keeping, block -> {});
    }

    private LayerLoop(Decoder decoder, Keeping keeping, BlockDone listener) {
        this.decoder = decoder;
        this.keeping = keeping;
        this.lowestTrained = decoder.lowestTrained();
        this.listener = listener;
    }

    /** The same loop that tells {@code other} of every block. */
    LayerLoop telling(BlockDone other) {
        return new LayerLoop(decoder, keeping, other);
    }

    public Decoder decoder() {
        return decoder;
    }

    /** Adds the batch's gradients to the parameters. */
    public void accumulate(MicroBatch batch, Optional<Noise> noise, Top top) {
        accumulate(batch, noise, Optional.empty(), top);
    }

    /** @param routers hears all blocks before {@code top} is asked, and pulls at them in the backward pass */
    public void accumulate(MicroBatch batch, Optional<Noise> noise, Optional<Routers> routers, Top top) {
        List<Block> blocks = decoder.blocks();
        List<Visit> visits = new ArrayList<>();
        try (Scope whole = Scope.open()) {
            Batch inputs = new Batch(batch, decoder, noise, routers);
            Tape embeddingTape = Tape.recording();
            Tensor x = decoder.embed(inputs.pass(embeddingTape), inputs.ids);
            Keeping.Choice choice = keeping.begin(blocks.size());
            for (int i = 0; i < blocks.size(); i++) {
                Visit visit = new Visit(blocks.get(i), x, i > lowestTrained || embeddingTape.needs(x));
                boolean kept = i >= lowestTrained && choice.keeps(i);
                x = visit.forward(inputs, kept ? Tape.recording() : Tape.off(), whole);
                visits.add(visit);
                if (kept) {
                    choice.kept();
                }
            }
            Tensor gradient = top.gradient(x);
            for (int i = blocks.size() - 1; i >= lowestTrained && i >= 0; i--) {
                Optional<Tensor> below = visits.get(i).backward(inputs, gradient, whole);
                gradient.close();
                if (i > 0 && !visits.get(i - 1).isKept()) {
                    visits.get(i).input.close(); // makes room for the gradients of parameters
                }
                listener.blockDone(i);
                if (below.isEmpty()) {
                    return;
                }
                gradient = below.get();
            }
            if (embeddingTape.needs(visits.getFirst().input)) {
                embeddingTape.backward(visits.getFirst().input, gradient);
            }
        } finally {
            visits.forEach(Visit::close); // those that are kept, when something failed above them
        }
    }

    /** The last block's result without any gradient, [tokens, hidden]; made in the caller's scope. */
    public Tensor hidden(MicroBatch batch) {
        Batch inputs = new Batch(batch, decoder, Optional.empty(), Optional.empty());
        return decoder.through(inputs.pass(Tape.off()), inputs.ids);
    }

    /** What every block of a batch shares. */
    private static final class Batch {
        private final MicroBatch batch;
        private final Positions positions;
        private final Tensor ids;
        private final Optional<Noise> noise;
        private final Optional<Routers> routers;

        Batch(MicroBatch batch, Decoder decoder, Optional<Noise> noise, Optional<Routers> routers) {
            this.batch = batch;
            this.positions = decoder.spec().rope().at(batch.positions(), batch.longest());
            this.ids = Tensors.indices(batch.ids());
            this.noise = noise;
            this.routers = routers;
        }

        Pass pass(Tape tape) {
            return new PackedPass(tape, positions, batch.segments(), noise, routers);
        }
    }

    /** One block's part in the loop: its input, and, if it is kept, what it recorded. */
    private static final class Visit {
        private final Block block;
        private final Tensor input;
        private final boolean passesOn;
        private Optional<Recorded> recorded = Optional.empty();

        private record Recorded(Tape tape, Tensor output, Scope scope) {}

        /** @param passesOn whether the block below wants a gradient too */
        Visit(Block block, Tensor input, boolean passesOn) {
            this.block = block;
            this.input = input;
            this.passesOn = passesOn;
        }

        Tensor forward(Batch batch, Tape tape, Scope whole) {
            Recorded run = run(batch, tape);
            run.scope().moveTo(whole, run.output());
            if (tape.isRecording()) {
                recorded = Optional.of(run);
            } else {
                run.scope().close();
            }
            return run.output();
        }

        /** The gradient of the input, if anybody below wants it; frees what was recorded. */
        Optional<Tensor> backward(Batch batch, Tensor gradient, Scope whole) {
            Recorded run = recorded.orElseGet(() -> run(batch, Tape.recording()));
            try (Scope scope = run.scope()) {
                run.tape().backward(run.output(), gradient);
                return run.tape().gradient(input).map(below -> scope.moveTo(whole, below));
            }
        }

        /** In a scope of its own, which nobody else would close if the block failed. */
        private Recorded run(Batch batch, Tape tape) {
            if (passesOn) {
                tape.watch(input);
            }
            Scope scope = Scope.open();
            try {
                return new Recorded(tape, block.apply(batch.pass(tape), input), scope);
            } catch (RuntimeException | Error e) {
                scope.close();
                throw e;
            }
        }

        boolean isKept() {
            return recorded.isPresent();
        }

        void close() {
            recorded.ifPresent(run -> run.scope().close());
        }
    }
}
