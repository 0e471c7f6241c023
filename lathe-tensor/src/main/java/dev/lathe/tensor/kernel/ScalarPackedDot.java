package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** {@link PackedDotKernel} in plain Java. */
record ScalarPackedDot() implements PackedDotKernel {
    @Override
    public float signedBytes(MemorySegment codes, long at, float[] scales, int block, float[] x) {
        float sum = 0;
        for (int b = 0; b < scales.length; b++) {
            float inBlock = 0;
            for (int i = b * block; i < (b + 1) * block; i++) {
                inBlock += codes.get(ValueLayout.JAVA_BYTE, at + i) * x[i];
            }
            sum += inBlock * scales[b];
        }
        return sum;
    }

    @Override
    public float bytes(MemorySegment codes, long at, int zero, float[] scales, int block, float[] x) {
        float sum = 0;
        for (int b = 0; b < scales.length; b++) {
            float inBlock = 0;
            for (int i = b * block; i < (b + 1) * block; i++) {
                inBlock += ((codes.get(ValueLayout.JAVA_BYTE, at + i) & 255) - zero) * x[i];
            }
            sum += inBlock * scales[b];
        }
        return sum;
    }

    @Override
    public void nibblePair(
            MemorySegment codes, long at, float[] high, float[] low, int block, float[] x, float[] sums) {
        sums[0] = 0;
        sums[1] = 0;
        for (int b = 0; b < high.length; b++) {
            float first = 0;
            float second = 0;
            for (int i = b * block; i < (b + 1) * block; i++) {
                int pair = codes.get(ValueLayout.JAVA_BYTE, at + i);
                first += ((pair >> 4 & 15) - 8) * x[i];
                second += ((pair & 15) - 8) * x[i];
            }
            sums[0] += first * high[b];
            sums[1] += second * low[b];
        }
    }
}
