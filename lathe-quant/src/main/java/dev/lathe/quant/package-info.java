/**
 * Quantised weights: matrices in packed form, how files keep them, how they are made, and products with them. A storage is
 * a {@link dev.lathe.quant.PackedMatrix}; what a checkpoint's tensors mean is a {@link dev.lathe.quant.MatrixFormat}.
 */
@NullMarked
package dev.lathe.quant;

import org.jspecify.annotations.NullMarked;
