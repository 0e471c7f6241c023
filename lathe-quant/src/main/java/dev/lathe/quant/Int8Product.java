package dev.lathe.quant;

import dev.lathe.tensor.DType;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * LLM.int8's product (Dettmers et al. 2022, arXiv:2208.07339): inputs are rounded to bytes as well, but for columns in
 * which one of them is large. Products of bytes are exact sums of whole numbers, which bf16 holds too, so the model's
 * usual products make them. Which columns are large depends on all rows that come together, as it does in bitsandbytes.
 *
 * @param matrices one below the other
 * @param codes their codes as numbers
 * @param scales [1, out]
 * @param threshold magnitude from which on an input is large; 0 for none
 */
record Int8Product(List<Int8Matrix> matrices, QuantizedWeight codes, float[] scales, double threshold) {
    static final double USUAL_THRESHOLD = 6.0;

    /** What bitsandbytes' CPU code has for 1 / 127², over what that is: its fifth digit is another. */
    private static final double AS_BITSANDBYTES = 6.200124e-5 * 127 * 127;

    /** Empty unless all are stored as signed bytes: bitsandbytes leaves some layers dense. */
    static Optional<Int8Product> of(List<PackedMatrix> parts, long in, Unpacker unpacker, double threshold) {
        List<Int8Matrix> matrices = new ArrayList<>();
        for (PackedMatrix part : parts) {
            if (!(part instanceof Int8Matrix bytes)) {
                return Optional.empty();
            }
            matrices.add(bytes);
        }
        List<PackedMatrix> codes =
                matrices.stream().<PackedMatrix>map(Int8Matrix::unscaled).toList();
        QuantizedWeight whole = new QuantizedWeight(codes, in, unpacker);
        float[] scales = new float[Math.toIntExact(whole.out())];
        int at = 0;
        for (Int8Matrix matrix : matrices) {
            float[] own = matrix.scales().toFloats();
            System.arraycopy(own, 0, scales, at, own.length);
            at += own.length;
        }
        return Optional.of(new Int8Product(matrices, whole, scales, threshold));
    }

    /** x: [rows, in]; result: [rows, out], in x's dtype. */
    Tensor times(Tensor x) {
        int rows = Math.toIntExact(x.size(0));
        Int8Inputs inputs = Int8Inputs.of(x.toFloats(), rows, threshold);
        DType exact = x.dtype() == DType.BF16 && !QuantizedWeight.isFew(x) ? DType.BF16 : DType.F32;
        Tensor sums = codes.times(Tensors.of(inputs.codes(), rows, codes.in()).to(exact));
        Tensor y = sums.to(DType.F32)
                .times(Tensors.of(inputs.worth(), rows, 1))
                .multiplyInPlace(Tensors.of(scales, 1, scales.length))
                .multiplyInPlace(AS_BITSANDBYTES);
        if (inputs.apart().length > 0) {
            Tensor large = x.to(DType.F32).select(1, Tensors.indices(inputs.apart())); // [rows, apart]
            y.addMatmulInPlace(large, columns(inputs.apart()).transpose(0, 1), 1);
        }
        return y.to(x.dtype());
    }

    /** Some columns of the matrix, [out, apart]. */
    private Tensor columns(int[] apart) {
        float[] some = new float[scales.length * apart.length];
        int row = 0;
        for (Int8Matrix matrix : matrices) {
            for (long r = 0; r < matrix.out(); r++, row++) {
                for (int c = 0; c < apart.length; c++) {
                    some[row * apart.length + c] = matrix.code(r, apart[c]) * scales[row];
                }
            }
        }
        return Tensors.of(some, scales.length, apart.length);
    }
}
