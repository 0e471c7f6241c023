package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/** The loops of {@link VectorSwiGlu} over BF16, from memory to memory (see {@link Lanes}). */
final class NarrowSwiGlu {
    private static final int N = Lanes.N;

    private NarrowSwiGlu() {}

    /** The first {@code count} columns of y's row. */
    static void forward(Matrix gateUp, Matrix y, long row, int count) {
        forward(
                gateUp.data(),
                gateUp.offset(row, 0),
                gateUp.offset(row, y.columns()),
                y.data(),
                y.offset(row, 0),
                count);
    }

    /** The first {@code count} columns of dy's row, and what belongs to them. */
    static void backward(Matrix dy, Matrix gateUp, Matrix dGateUp, long row, int count) {
        backward(
                dy.data(),
                dy.offset(row, 0),
                gateUp.data(),
                gateUp.offset(row, 0),
                gateUp.offset(row, dy.columns()),
                dGateUp.data(),
                dGateUp.offset(row, 0),
                dGateUp.offset(row, dy.columns()),
                count);
    }

    private static void forward(MemorySegment gateUp, long gates, long ups, MemorySegment y, long at, int count) {
        FloatVector log2e = FloatVector.broadcast(Lanes.F, Exp.LOG2_E);
        FloatVector toInteger = FloatVector.broadcast(Lanes.F, Exp.TO_INTEGER);
        FloatVector ln2High = FloatVector.broadcast(Lanes.F, -Exp.LN2_HIGH);
        FloatVector ln2Low = FloatVector.broadcast(Lanes.F, -Exp.LN2_LOW);
        FloatVector c6 = FloatVector.broadcast(Lanes.F, Exp.C6);
        FloatVector c5 = FloatVector.broadcast(Lanes.F, Exp.C5);
        FloatVector c4 = FloatVector.broadcast(Lanes.F, Exp.C4);
        FloatVector c3 = FloatVector.broadcast(Lanes.F, Exp.C3);
        FloatVector c2 = FloatVector.broadcast(Lanes.F, Exp.C2);
        FloatVector one = FloatVector.broadcast(Lanes.F, 1);
        for (int i = 0; i < count; i += N) {
            FloatVector gate = ((IntVector) ShortVector.fromMemorySegment(Lanes.S, gateUp, gates + 2L * i, Lanes.ORDER)
                            .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.I, 0))
                    .lanewise(VectorOperators.LSHL, 16)
                    .reinterpretAsFloats();
            FloatVector up = ((IntVector) ShortVector.fromMemorySegment(Lanes.S, gateUp, ups + 2L * i, Lanes.ORDER)
                            .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.I, 0))
                    .lanewise(VectorOperators.LSHL, 16)
                    .reinterpretAsFloats();
            FloatVector x = gate.neg();
            FloatVector shifted = x.fma(log2e, toInteger);
            FloatVector n = shifted.sub(toInteger);
            FloatVector r = n.fma(ln2Low, n.fma(ln2High, x));
            FloatVector p = r.fma(c6, c5);
            p = p.fma(r, c4);
            p = p.fma(r, c3);
            p = p.fma(r, c2);
            p = p.fma(r.mul(r), r).add(one);
            IntVector exponent = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
            FloatVector e = p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
            e = x.add(Float.POSITIVE_INFINITY)
                    .blend(e, x.compare(VectorOperators.LE, Exp.MOST))
                    .blend(0, x.compare(VectorOperators.LT, Exp.LEAST));
            FloatVector divisor = e.add(one);
            IntVector silu = gate.div(divisor).reinterpretAsInts();
            silu = silu.add(0x7FFF).add(silu.lanewise(VectorOperators.LSHR, 16).and(1));
            FloatVector product = silu.and(0xFFFF0000).reinterpretAsFloats().mul(up);
            IntVector bits = product.reinterpretAsInts();
            bits = bits.add(0x7FFF)
                    .add(bits.lanewise(VectorOperators.LSHR, 16).and(1))
                    .lanewise(VectorOperators.LSHR, 16)
                    .blend(
                            Lanes.NAN,
                            product.compare(VectorOperators.NE, product).cast(Lanes.I));
            ((ShortVector) bits.convertShape(VectorOperators.I2S, Lanes.S, 0))
                    .intoMemorySegment(y, at + 2L * i, Lanes.ORDER);
        }
    }

    private static void backward(
            MemorySegment dys,
            long dyAt,
            MemorySegment gateUp,
            long gates,
            long ups,
            MemorySegment dGateUp,
            long dGates,
            long dUps,
            int count) {
        FloatVector log2e = FloatVector.broadcast(Lanes.F, Exp.LOG2_E);
        FloatVector toInteger = FloatVector.broadcast(Lanes.F, Exp.TO_INTEGER);
        FloatVector ln2High = FloatVector.broadcast(Lanes.F, -Exp.LN2_HIGH);
        FloatVector ln2Low = FloatVector.broadcast(Lanes.F, -Exp.LN2_LOW);
        FloatVector c6 = FloatVector.broadcast(Lanes.F, Exp.C6);
        FloatVector c5 = FloatVector.broadcast(Lanes.F, Exp.C5);
        FloatVector c4 = FloatVector.broadcast(Lanes.F, Exp.C4);
        FloatVector c3 = FloatVector.broadcast(Lanes.F, Exp.C3);
        FloatVector c2 = FloatVector.broadcast(Lanes.F, Exp.C2);
        FloatVector one = FloatVector.broadcast(Lanes.F, 1);
        for (int i = 0; i < count; i += N) {
            FloatVector dy = ((IntVector) ShortVector.fromMemorySegment(Lanes.S, dys, dyAt + 2L * i, Lanes.ORDER)
                            .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.I, 0))
                    .lanewise(VectorOperators.LSHL, 16)
                    .reinterpretAsFloats();
            FloatVector gate = ((IntVector) ShortVector.fromMemorySegment(Lanes.S, gateUp, gates + 2L * i, Lanes.ORDER)
                            .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.I, 0))
                    .lanewise(VectorOperators.LSHL, 16)
                    .reinterpretAsFloats();
            FloatVector up = ((IntVector) ShortVector.fromMemorySegment(Lanes.S, gateUp, ups + 2L * i, Lanes.ORDER)
                            .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.I, 0))
                    .lanewise(VectorOperators.LSHL, 16)
                    .reinterpretAsFloats();
            FloatVector x = gate.neg();
            FloatVector shifted = x.fma(log2e, toInteger);
            FloatVector n = shifted.sub(toInteger);
            FloatVector r = n.fma(ln2Low, n.fma(ln2High, x));
            FloatVector p = r.fma(c6, c5);
            p = p.fma(r, c4);
            p = p.fma(r, c3);
            p = p.fma(r, c2);
            p = p.fma(r.mul(r), r).add(one);
            IntVector exponent = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
            FloatVector e = p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
            e = x.add(Float.POSITIVE_INFINITY)
                    .blend(e, x.compare(VectorOperators.LE, Exp.MOST))
                    .blend(0, x.compare(VectorOperators.LT, Exp.LEAST));
            FloatVector divisor = e.add(one);
            IntVector silu = gate.div(divisor).reinterpretAsInts();
            silu = silu.add(0x7FFF).add(silu.lanewise(VectorOperators.LSHR, 16).and(1));
            FloatVector dUp = silu.and(0xFFFF0000).reinterpretAsFloats().mul(dy);
            IntVector dSilu = dy.mul(up).reinterpretAsInts();
            dSilu = dSilu.add(0x7FFF)
                    .add(dSilu.lanewise(VectorOperators.LSHR, 16).and(1));
            FloatVector sigmoid = one.div(divisor);
            FloatVector slope = one.sub(sigmoid).mul(gate).add(one);
            FloatVector dGate =
                    dSilu.and(0xFFFF0000).reinterpretAsFloats().mul(sigmoid).mul(slope);
            IntVector gateBits = dGate.reinterpretAsInts();
            gateBits = gateBits.add(0x7FFF)
                    .add(gateBits.lanewise(VectorOperators.LSHR, 16).and(1))
                    .lanewise(VectorOperators.LSHR, 16)
                    .blend(Lanes.NAN, dGate.compare(VectorOperators.NE, dGate).cast(Lanes.I));
            ((ShortVector) gateBits.convertShape(VectorOperators.I2S, Lanes.S, 0))
                    .intoMemorySegment(dGateUp, dGates + 2L * i, Lanes.ORDER);
            IntVector upBits = dUp.reinterpretAsInts();
            upBits = upBits.add(0x7FFF)
                    .add(upBits.lanewise(VectorOperators.LSHR, 16).and(1))
                    .lanewise(VectorOperators.LSHR, 16)
                    .blend(Lanes.NAN, dUp.compare(VectorOperators.NE, dUp).cast(Lanes.I));
            ((ShortVector) upBits.convertShape(VectorOperators.I2S, Lanes.S, 0))
                    .intoMemorySegment(dGateUp, dUps + 2L * i, Lanes.ORDER);
        }
    }
}
