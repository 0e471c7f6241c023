package dev.lathe.model;

import dev.lathe.tensor.DType;
import dev.lathe.tensor.Torch;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Numbers in bf16 that are close to normal: sums of four uniform ones, which end at 3.46 deviations. For models whose numbers
 * do not matter, only how many there are: some 2 ns each, shared out to the workers, with the same result for any number of
 * them.
 */
record QuickNumbers(double deviation, long seed) implements FreshNumbers {
    /** Numbers that a worker makes at a time. */
    private static final int PART = 1 << 16;

    private static final long GOLDEN = 0x9E3779B97F4A7C15L;
    /** Four uniform numbers of 16 bits: their mean and their deviation. */
    private static final int MEAN = 4 * 0xFFFF / 2;

    private static final double SPREAD = Math.sqrt((0x1p32 - 1) / 3);

    @Override
    public DType dtype() {
        return DType.BF16;
    }

    @Override
    public void fill(String name, MemorySegment data, long count) {
        long key = mixed(seed + name.hashCode() * GOLDEN);
        float step = (float) (deviation / SPREAD);
        Torch.workers().run(Math.toIntExact(Math.ceilDiv(count, PART)), part -> {
            long first = (long) part * PART;
            short[] numbers = new short[(int) Math.min(PART, count - first)];
            for (int i = 0; i < numbers.length; i++) {
                long bits = mixed(key + (first + i) * GOLDEN);
                int sum = (int) (bits & 0xFFFF)
                        + (int) (bits >>> 16 & 0xFFFF)
                        + (int) (bits >>> 32 & 0xFFFF)
                        + (int) (bits >>> 48);
                int number = Float.floatToRawIntBits((sum - MEAN) * step);
                numbers[i] = (short) ((number + 0x7FFF + (number >>> 16 & 1)) >>> 16);
            }
            MemorySegment.copy(numbers, 0, data, ValueLayout.JAVA_SHORT_UNALIGNED, first * Short.BYTES, numbers.length);
        });
    }

    /** SplitMix64's output function (Steele et al. 2014). */
    private static long mixed(long z) {
        long a = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        long b = (a ^ (a >>> 27)) * 0x94D049BB133111EBL;
        return b ^ (b >>> 31);
    }
}
