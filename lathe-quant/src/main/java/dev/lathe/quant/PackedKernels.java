package dev.lathe.quant;

import dev.lathe.tensor.kernel.BlockDotKernel;
import dev.lathe.tensor.kernel.PackedDotKernel;
import dev.lathe.tensor.kernel.PackedRowKernel;

/**
 * What products with packed matrices are made of.
 *
 * @param rows unpacked rows, and codes of a table
 * @param numbers codes that are whole numbers
 * @param blocks ggml's
 */
record PackedKernels(PackedRowKernel rows, PackedDotKernel numbers, BlockDotKernel blocks) {
    static PackedKernels forHost() {
        return new PackedKernels(PackedRowKernel.forHost(), PackedDotKernel.forHost(), BlockDotKernel.forHost());
    }

    static PackedKernels scalar() {
        return new PackedKernels(PackedRowKernel.scalar(), PackedDotKernel.scalar(), BlockDotKernel.scalar());
    }
}
