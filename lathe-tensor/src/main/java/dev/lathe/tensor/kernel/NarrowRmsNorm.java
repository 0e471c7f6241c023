package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/** The loops of {@link VectorRmsNorm} over BF16 rows that fill vectors, from memory to memory (see {@link Lanes}). */
final class NarrowRmsNorm {
    private static final int N = Lanes.N;

    private NarrowRmsNorm() {}

    /** Σ x². */
    static float squares(Matrix x, long row) {
        return squares(x.data(), x.offset(row, 0), x.width());
    }

    private static float squares(MemorySegment x, long at, int count) {
        FloatVector a = FloatVector.zero(Lanes.F);
        FloatVector b = a;
        long next = at + 2L * N;
        int i = 0;
        for (; i < count - N; i += 2 * N) { // two sums: one would wait for its own last addition
            FloatVector v = ((IntVector) ShortVector.fromMemorySegment(Lanes.S, x, at + 2L * i, Lanes.ORDER)
                            .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.I, 0))
                    .lanewise(VectorOperators.LSHL, 16)
                    .reinterpretAsFloats();
            FloatVector w = ((IntVector) ShortVector.fromMemorySegment(Lanes.S, x, next + 2L * i, Lanes.ORDER)
                            .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.I, 0))
                    .lanewise(VectorOperators.LSHL, 16)
                    .reinterpretAsFloats();
            a = v.fma(v, a);
            b = w.fma(w, b);
        }
        if (i < count) {
            FloatVector v = ((IntVector) ShortVector.fromMemorySegment(Lanes.S, x, at + 2L * i, Lanes.ORDER)
                            .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.I, 0))
                    .lanewise(VectorOperators.LSHL, 16)
                    .reinterpretAsFloats();
            a = v.fma(v, a);
        }
        return Lanes.sum(a.add(b).toArray());
    }

    /** y = w ∘ x · scale, with x · scale rounded. */
    static void scale(Matrix x, float scale, float[] w, Matrix y, long row) {
        scale(x.data(), x.offset(row, 0), scale, w, y.data(), y.offset(row, 0), x.width());
    }

    private static void scale(MemorySegment x, long xAt, float scale, float[] w, MemorySegment y, long yAt, int count) {
        FloatVector factor = FloatVector.broadcast(Lanes.F, scale);
        for (int i = 0; i < count; i += N) {
            FloatVector v = ((IntVector) ShortVector.fromMemorySegment(Lanes.S, x, xAt + 2L * i, Lanes.ORDER)
                            .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.I, 0))
                    .lanewise(VectorOperators.LSHL, 16)
                    .reinterpretAsFloats();
            IntVector unit = v.mul(factor).reinterpretAsInts();
            unit = unit.add(0x7FFF).add(unit.lanewise(VectorOperators.LSHR, 16).and(1));
            FloatVector product = unit.and(0xFFFF0000).reinterpretAsFloats().mul(FloatVector.fromArray(Lanes.F, w, i));
            IntVector bits = product.reinterpretAsInts();
            bits = bits.add(0x7FFF)
                    .add(bits.lanewise(VectorOperators.LSHR, 16).and(1))
                    .lanewise(VectorOperators.LSHR, 16)
                    .blend(
                            Lanes.NAN,
                            product.compare(VectorOperators.NE, product).cast(Lanes.I));
            ((ShortVector) bits.convertShape(VectorOperators.I2S, Lanes.S, 0))
                    .intoMemorySegment(y, yAt + 2L * i, Lanes.ORDER);
        }
    }

    /** Σ dy ∘ w ∘ x · scale. */
    static float along(Matrix dy, Matrix x, float scale, float[] w, long row) {
        return along(dy.data(), dy.offset(row, 0), x.data(), x.offset(row, 0), scale, w, x.width());
    }

    private static float along(
            MemorySegment dy, long dyAt, MemorySegment x, long xAt, float scale, float[] w, int count) {
        FloatVector factor = FloatVector.broadcast(Lanes.F, scale);
        FloatVector sum = FloatVector.zero(Lanes.F);
        for (int i = 0; i < count; i += N) {
            FloatVector v = ((IntVector) ShortVector.fromMemorySegment(Lanes.S, x, xAt + 2L * i, Lanes.ORDER)
                            .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.I, 0))
                    .lanewise(VectorOperators.LSHL, 16)
                    .reinterpretAsFloats();
            FloatVector d = ((IntVector) ShortVector.fromMemorySegment(Lanes.S, dy, dyAt + 2L * i, Lanes.ORDER)
                            .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.I, 0))
                    .lanewise(VectorOperators.LSHL, 16)
                    .reinterpretAsFloats();
            sum = d.mul(FloatVector.fromArray(Lanes.F, w, i)).fma(v.mul(factor), sum);
        }
        return Lanes.sum(sum.toArray());
    }

    /** dWeight += dy ∘ x · scale. */
    static void addProduct(Matrix dy, Matrix x, float scale, float[] dWeight, long row) {
        addProduct(dy.data(), dy.offset(row, 0), x.data(), x.offset(row, 0), scale, dWeight, x.width());
    }

    private static void addProduct(
            MemorySegment dy, long dyAt, MemorySegment x, long xAt, float scale, float[] dWeight, int count) {
        FloatVector factor = FloatVector.broadcast(Lanes.F, scale);
        for (int i = 0; i < count; i += N) {
            FloatVector v = ((IntVector) ShortVector.fromMemorySegment(Lanes.S, x, xAt + 2L * i, Lanes.ORDER)
                            .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.I, 0))
                    .lanewise(VectorOperators.LSHL, 16)
                    .reinterpretAsFloats();
            FloatVector d = ((IntVector) ShortVector.fromMemorySegment(Lanes.S, dy, dyAt + 2L * i, Lanes.ORDER)
                            .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.I, 0))
                    .lanewise(VectorOperators.LSHL, 16)
                    .reinterpretAsFloats();
            d.fma(v.mul(factor), FloatVector.fromArray(Lanes.F, dWeight, i)).intoArray(dWeight, i);
        }
    }

    /** dx = (dy ∘ w - along · x · scale) · scale + addend, of which it takes row {@code added}. */
    static void gradient(
            Matrix dy, Matrix x, float scale, float[] w, float along, Matrix addend, long added, Matrix dx, long row) {
        gradient(
                dy.data(),
                dy.offset(row, 0),
                x.data(),
                x.offset(row, 0),
                scale,
                w,
                along,
                addend.data(),
                addend.offset(added, 0),
                dx.data(),
                dx.offset(row, 0),
                x.width());
    }

    private static void gradient(
            MemorySegment dy,
            long dyAt,
            MemorySegment x,
            long xAt,
            float scale,
            float[] w,
            float along,
            MemorySegment addend,
            long addendAt,
            MemorySegment dx,
            long dxAt,
            int count) {
        FloatVector factor = FloatVector.broadcast(Lanes.F, scale);
        FloatVector less = FloatVector.broadcast(Lanes.F, -along);
        for (int i = 0; i < count; i += N) {
            FloatVector v = ((IntVector) ShortVector.fromMemorySegment(Lanes.S, x, xAt + 2L * i, Lanes.ORDER)
                            .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.I, 0))
                    .lanewise(VectorOperators.LSHL, 16)
                    .reinterpretAsFloats();
            FloatVector d = ((IntVector) ShortVector.fromMemorySegment(Lanes.S, dy, dyAt + 2L * i, Lanes.ORDER)
                            .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.I, 0))
                    .lanewise(VectorOperators.LSHL, 16)
                    .reinterpretAsFloats();
            FloatVector other = ((IntVector)
                            ShortVector.fromMemorySegment(Lanes.S, addend, addendAt + 2L * i, Lanes.ORDER)
                                    .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.I, 0))
                    .lanewise(VectorOperators.LSHL, 16)
                    .reinterpretAsFloats();
            FloatVector gradient = v.mul(factor)
                    .fma(less, d.mul(FloatVector.fromArray(Lanes.F, w, i)))
                    .mul(factor)
                    .add(other);
            IntVector bits = gradient.reinterpretAsInts();
            bits = bits.add(0x7FFF)
                    .add(bits.lanewise(VectorOperators.LSHR, 16).and(1))
                    .lanewise(VectorOperators.LSHR, 16)
                    .blend(
                            Lanes.NAN,
                            gradient.compare(VectorOperators.NE, gradient).cast(Lanes.I));
            ((ShortVector) bits.convertShape(VectorOperators.I2S, Lanes.S, 0))
                    .intoMemorySegment(dx, dxAt + 2L * i, Lanes.ORDER);
        }
    }
}
