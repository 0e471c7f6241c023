package dev.lathe.quant;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.UserError;
import dev.lathe.model.file.StoredTensor;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Torch;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * HQQ (Badri and Shaji 2023): groups of {@code group} numbers with a scale and a real zero point, which is moved by half-quadratic
 * steps towards the least error of norm 0.7. Needs no data; up to 20 passes over the matrix.
 *
 * @param bits 1 to 6, or 8
 * @param axis 0 as LLaMA-Factory has it: a group is a column of the regrouped matrix; 1: a row
 */
record HqqQuantizer(int bits, int group, int axis) implements Quantizer {
    private static final int ITERATIONS = 20;
    private static final double NORM = 0.7;
    private static final double BETA = 10;
    /** Errors up to this are shrunk to nothing, and most are: a power less to compute. */
    private static final double SHRUNK = Math.pow(1 / BETA, 1 / (2 - NORM)) * (1 - 1e-9);

    /** Groups that a worker handles at a time. */
    private static final int PART = 512;

    @Override
    public String name() {
        return "HQQ";
    }

    @Override
    public PackedMatrix quantize(Dense matrix) {
        HqqPacking packing = HqqPacking.forBits(bits);
        if (matrix.count() % group != 0) {
            throw misfit(matrix);
        }
        int groups = Math.toIntExact(matrix.count() / group);
        long height = axis == 1 ? groups : group;
        if (!packing.fits(height)) {
            throw misfit(matrix);
        }
        Solution solution = new Solution(matrix.numbers(), groups);
        solution.start();
        solution.improve();
        long width = axis == 1 ? group : groups;
        MemorySegment codes = PackedBytes.allocate(packing.packedHeight(height) * width * packing.wordBytes());
        solution.pack(codes, packing, height, width);
        return new HqqMatrix(
                codes,
                packing,
                Numbers.halves(solution.scales()),
                Numbers.halves(solution.zeros),
                axis,
                group,
                matrix.out(),
                matrix.in());
    }

    private UserError misfit(Dense matrix) {
        return new UserError(
                "%s: HQQ's groups of %d do not divide %d x %d numbers into words; use quantization_method: bnb"
                        .formatted(matrix.layer(), group, matrix.out(), matrix.in()));
    }

    /** Scales and zero points on their way. */
    private final class Solution {
        private final Numbers numbers;
        private final int groups;
        private final float largest = (1 << bits) - 1;
        /** Steps a 1 is worth. */
        private final float[] steps;

        private final float[] zeros;

        Solution(Numbers numbers, int groups) {
            this.numbers = numbers;
            this.groups = groups;
            this.steps = new float[groups];
            this.zeros = new float[groups];
        }

        /** One for each group, in order. */
        private interface Visit {
            void group(int index, float[] numbers);
        }

        private void each(Visit visit) {
            Torch.workers().run(Math.ceilDiv(groups, PART), part -> {
                int first = part * PART;
                int count = Math.min(groups, first + PART) - first;
                float[] one = new float[group];
                float[] several = new float[axis == 1 ? 0 : group * count];
                for (int k = 0; axis == 0 && k < group; k++) {
                    float[] slice = new float[count];
                    numbers.read((long) k * groups + first, count, slice);
                    System.arraycopy(slice, 0, several, k * count, count);
                }
                for (int g = 0; g < count; g++) {
                    if (axis == 1) {
                        numbers.read((long) (first + g) * group, group, one);
                    } else {
                        for (int k = 0; k < group; k++) {
                            one[k] = several[k * count + g];
                        }
                    }
                    visit.group(first + g, one);
                }
            });
        }

        void start() {
            each((g, group) -> {
                float least = Float.POSITIVE_INFINITY;
                float most = Float.NEGATIVE_INFINITY;
                for (float number : group) {
                    least = Math.min(least, number);
                    most = Math.max(most, number);
                }
                float width = most - least;
                steps[g] = width <= 1e-4f ? 1 : Math.min(largest / width, 2e4f);
                float zero = -least * steps[g];
                zeros[g] = bits == 4 ? (float) Math.rint(zero) : zero;
            });
        }

        void improve() {
            double best = Double.POSITIVE_INFINITY;
            double[] errors = new double[groups];
            for (int iteration = 0; iteration < ITERATIONS; iteration++) {
                each((g, group) -> errors[g] = step(g, group));
                double error = 0;
                for (double one : errors) {
                    error += one;
                }
                if (error >= best) {
                    return;
                }
                best = error;
            }
        }

        /** Moves the zero point of a group; the sum of its errors before. */
        private double step(int g, float[] group) {
            double error = 0;
            double zero = 0;
            for (float number : group) {
                float q = code(g, number);
                float off = number - (q - zeros[g]) / steps[g];
                error += Math.abs(off);
                double kept = Math.abs(off) > SHRUNK
                        ? Math.max(Math.abs(off) - Math.pow(Math.abs(off), NORM - 1) / BETA, 0)
                        : 0;
                zero += q - (number - Math.copySign(kept, off)) * steps[g];
            }
            zeros[g] = (float) (zero / group.length);
            return error;
        }

        private float code(int g, float number) {
            return Math.clamp((float) Math.rint(number * steps[g] + zeros[g]), 0f, largest);
        }

        float[] scales() {
            float[] scales = new float[groups];
            for (int g = 0; g < groups; g++) {
                scales[g] = 1 / steps[g];
            }
            return scales;
        }

        /** On one thread, as groups share words. */
        void pack(MemorySegment codes, HqqPacking packing, long height, long width) {
            long packedHeight = packing.packedHeight(height);
            for (long r = 0; r < height; r++) {
                int shift = packing.shift((int) (r / packedHeight));
                for (long c = 0; c < width; c++) {
                    long word = r % packedHeight * width + c;
                    int code = (int) code((int) (axis == 1 ? r : c), numbers.get(r * width + c)) << shift;
                    if (packing.wordBytes() == 4) {
                        codes.set(PackedBytes.INT, 4 * word, codes.get(PackedBytes.INT, 4 * word) | code);
                    } else {
                        int there = codes.get(ValueLayout.JAVA_BYTE, word);
                        codes.set(ValueLayout.JAVA_BYTE, word, (byte) (there | code));
                    }
                }
            }
        }
    }

    @Override
    public long bytes(long out, long in) {
        HqqPacking packing = HqqPacking.forBits(bits);
        long groups = out * in / group;
        long words = packing.packedHeight(axis == 1 ? groups : group) * (axis == 1 ? group : groups);
        return words * packing.wordBytes() + 2 * groups * Short.BYTES;
    }

    @Override
    public List<StoredTensor> write(String module, PackedMatrix matrix, DType dtype) {
        return HqqTensors.of(module, (HqqMatrix) matrix, this);
    }

    @Override
    public ObjectNode config() {
        return HqqTensors.config(this);
    }
}
