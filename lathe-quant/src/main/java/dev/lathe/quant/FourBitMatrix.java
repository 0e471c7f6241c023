package dev.lathe.quant;

import dev.lathe.tensor.kernel.Matrix;
import dev.lathe.tensor.kernel.NibbleOrder;
import dev.lathe.tensor.kernel.PackedRowKernel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/**
 * bitsandbytes' 4 bits: each number is one of a table of 16, times the largest magnitude of its block. Blocks run on from
 * row to row. 4.5 bits a weight with blocks of 64; 4.13 when the magnitudes are quantised too.
 *
 * @param packed two codes a byte, the first in the high nibble
 * @param table in the order of the codes
 * @param block numbers of a block, a power of two from 32 to 4096
 */
record FourBitMatrix(MemorySegment packed, FourBitTable table, Magnitudes magnitudes, int block, long out, long in)
        implements PackedMatrix {
    @Override
    public void row(long row, float[] to) {
        float[] values = table.values();
        long first = row * in;
        float[] scaled = new float[16];
        long scaledFor = -1;
        for (int i = 0; i < in; i++) {
            long number = first + i;
            if (number / block != scaledFor) {
                scaledFor = number / block;
                float magnitude = magnitudes.get(scaledFor);
                for (int code = 0; code < 16; code++) {
                    scaled[code] = values[code] * magnitude;
                }
            }
            int pair = packed.get(ValueLayout.JAVA_BYTE, number >> 1);
            to[i] = scaled[(number & 1) == 0 ? pair >> 4 & 15 : pair & 15];
        }
    }

    @Override
    public void rows(PackedRowKernel kernel, long first, long last, Matrix to, long at) {
        if (in % block != 0) {
            PackedMatrix.super.rows(kernel, first, last, to, at);
            return;
        }
        float[] scales = new float[(int) (in / block)];
        for (long r = first; r < last; r++) {
            magnitudes.read(r * scales.length, scales);
            kernel.nibbles(packed, r * in / 2, table.values(), scales, block, to, at + r - first);
        }
    }

    @Override
    public void dots(PackedKernels kernels, long first, long last, Vectors x, float[][] y, int at) {
        if (nibbles().isEmpty()) {
            PackedMatrix.super.dots(kernels, first, last, x, y, at);
            return;
        }
        float[] scales = new float[(int) (in / block)];
        float[][] spread = x.spread(NibbleOrder.HIGH_FIRST);
        for (long r = first; r < last; r++) {
            magnitudes.read(r * scales.length, scales);
            for (int v = 0; v < y.length; v++) {
                y[v][(int) (at + r)] =
                        kernels.rows().nibbleDot(packed, r * in / 2, table.values(), scales, block, spread[v]);
            }
        }
    }

    @Override
    public Optional<NibbleOrder> nibbles() {
        return in % block == 0 ? Optional.of(NibbleOrder.HIGH_FIRST) : Optional.empty();
    }

    @Override
    public long bytes() {
        return packed.byteSize() + magnitudes.bytes();
    }
}
