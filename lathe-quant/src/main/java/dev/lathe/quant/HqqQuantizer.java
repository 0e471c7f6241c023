package dev.lathe.quant;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.UserError;
import dev.lathe.model.file.StoredTensor;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Torch;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
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

    /** Added and taken away again, it leaves a float from 0 to 2^22 rounded to a whole number, ties to even. */
    private static final float WHOLE = 0x1.8p23f;

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
        solution.pack(codes, packing, height, Math.toIntExact(width));
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

        /** Some groups side by side: loops over them become vectors. */
        private interface Visit {
            /** @param numbers number k of each, [group][count] */
            void groups(int first, int count, float[][] numbers);
        }

        private void each(Visit visit) {
            Torch.workers().run(Math.ceilDiv(groups, PART), part -> {
                int first = part * PART;
                int count = Math.min(groups, first + PART) - first;
                float[][] some = new float[group][count];
                float[] one = new float[group];
                for (int k = 0; axis == 0 && k < group; k++) {
                    numbers.read((long) k * groups + first, count, some[k]);
                }
                for (int g = 0; axis == 1 && g < count; g++) {
                    numbers.read((long) (first + g) * group, group, one);
                    for (int k = 0; k < group; k++) {
                        some[k][g] = one[k];
                    }
                }
                visit.groups(first, count, some);
            });
        }

        void start() {
            each((first, count, some) -> {
                float[] least = some[0].clone();
                float[] most = some[0].clone();
                for (float[] row : some) {
                    for (int g = 0; g < count; g++) {
                        least[g] = Math.min(least[g], row[g]);
                        most[g] = Math.max(most[g], row[g]);
                    }
                }
                for (int g = 0; g < count; g++) {
                    float width = most[g] - least[g];
                    float step = width <= 1e-4f ? 1 : Math.min(largest / width, 2e4f);
                    float zero = -least[g] * step;
                    steps[first + g] = step;
                    zeros[first + g] = bits == 4 ? (float) Math.rint(zero) : zero;
                }
            });
        }

        void improve() {
            double best = Double.POSITIVE_INFINITY;
            float[] errors = new float[groups];
            for (int iteration = 0; iteration < ITERATIONS; iteration++) {
                each((first, count, some) -> step(first, count, some, errors));
                double error = 0;
                for (float one : errors) {
                    error += one;
                }
                if (error >= best) {
                    return;
                }
                best = error;
            }
        }

        /** Moves the zero points of some groups; sums of their errors before. */
        private void step(int first, int count, float[][] some, float[] errors) {
            float[] step = Arrays.copyOfRange(steps, first, first + count);
            float[] zero = Arrays.copyOfRange(zeros, first, first + count);
            float[] error = new float[count];
            float[] moved = new float[count];
            float[] worst = new float[count];
            for (float[] row : some) {
                for (int g = 0; g < count; g++) {
                    float scaled = row[g] * step[g];
                    float q = rounded(scaled + zero[g]);
                    float off = Math.abs(row[g] - (q - zero[g]) / step[g]);
                    error[g] += off;
                    worst[g] = Math.max(worst[g], off);
                    moved[g] += q - scaled;
                }
            }
            for (int g = 0; g < count; g++) {
                errors[first + g] = error[g];
                zeros[first + g] = worst[g] > SHRUNK ? shrunk(some, g, step[g], zero[g]) : moved[g] / group;
            }
        }

        /** The zero point of a group some of whose errors are not shrunk to nothing. */
        private float shrunk(float[][] some, int g, float step, float zero) {
            double sum = 0;
            for (float[] row : some) {
                float q = rounded(row[g] * step + zero);
                float off = row[g] - (q - zero) / step;
                double kept = Math.abs(off) > SHRUNK
                        ? Math.max(Math.abs(off) - Math.pow(Math.abs(off), NORM - 1) / BETA, 0)
                        : 0;
                sum += q - (row[g] - Math.copySign(kept, off)) * step;
            }
            return (float) (sum / group);
        }

        /** The nearest code, ties to even. */
        private float rounded(float exact) {
            return Math.max(0, Math.min(exact, largest)) + WHOLE - WHOLE;
        }

        float[] scales() {
            float[] scales = new float[groups];
            for (int g = 0; g < groups; g++) {
                scales[g] = 1 / steps[g];
            }
            return scales;
        }

        /** Workers take rows of words: no two of them share one. */
        void pack(MemorySegment codes, HqqPacking packing, long height, int width) {
            int packedHeight = Math.toIntExact(packing.packedHeight(height));
            Torch.workers().run(packedHeight, p -> {
                int[] words = new int[width];
                float[] row = new float[width];
                for (int slice = 0; p + (long) slice * packedHeight < height; slice++) {
                    long r = p + (long) slice * packedHeight;
                    int shift = packing.shift(slice);
                    numbers.read(r * width, width, row);
                    for (int c = 0; c < width; c++) {
                        int g = axis == 1 ? (int) r : c;
                        words[c] |= (int) rounded(row[c] * steps[g] + zeros[g]) << shift;
                    }
                }
                write(words, codes, (long) p * width, packing);
            });
        }

        private static void write(int[] words, MemorySegment codes, long at, HqqPacking packing) {
            if (packing.wordBytes() == Integer.BYTES) {
                MemorySegment.copy(words, 0, codes, PackedBytes.INT, Integer.BYTES * at, words.length);
                return;
            }
            byte[] bytes = new byte[words.length];
            for (int c = 0; c < words.length; c++) {
                bytes[c] = (byte) words[c];
            }
            MemorySegment.copy(bytes, 0, codes, ValueLayout.JAVA_BYTE, at, bytes.length);
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
