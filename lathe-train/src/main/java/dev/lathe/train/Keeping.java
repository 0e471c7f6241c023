package dev.lathe.train;

import dev.lathe.tensor.NativeMemory;

/**
 * Which blocks keep what they recorded on the way forward, and so need not be computed again on the way back. Changes memory
 * and time, and no number.
 */
public sealed interface Keeping {
    /** The last {@code count} blocks. */
    record Top(int count) implements Keeping {}

    /**
     * As many as there is room for, from the first trained one on; none where tensors cannot be counted.
     *
     * @param bytes for all that the pass holds
     */
    record Within(long bytes) implements Keeping {}

    /** A pass through {@code blocks} blocks. */
    default Choice begin(int blocks) {
        return new Choice(this, blocks);
    }

    /** The choice for one pass, made block by block: how much one takes is known once the first was kept. */
    final class Choice {
        private final Keeping keeping;
        private final int blocks;
        private final boolean counted = NativeMemory.ofTensors().isPresent();
        private final long before = tensors();
        private long each;
        private long last;

        private Choice(Keeping keeping, int blocks) {
            this.keeping = keeping;
            this.blocks = blocks;
        }

        /** Whether {@code block}, which comes next, is to be kept. */
        boolean keeps(int block) {
            last = tensors();
            return switch (keeping) {
                case Top(int count) -> block >= blocks - count;
                case Within(long bytes) -> counted && last - before + Math.max(each, 1) <= bytes;
            };
        }

        /** The block was kept. */
        void kept() {
            each = Math.max(each, tensors() - last);
        }

        private static long tensors() {
            return NativeMemory.ofTensors().orElse(0);
        }
    }
}
