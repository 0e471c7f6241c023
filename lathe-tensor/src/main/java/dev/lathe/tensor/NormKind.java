package dev.lathe.tensor;

import java.util.Optional;

/** How a row is brought to a common size: always over the last dimension, in the wide type. */
public enum NormKind {
    /** By its root mean square, rounded to the row's type before the scale (Llama). */
    RMS,
    /** By its root mean square; the scale is 1 + w and is applied before rounding (Gemma). */
    RMS_OFFSET,
    /** By its standard deviation about its mean, then scaled and shifted (Ba et al. 2016, arXiv:1607.06450). */
    LAYER;

    /**
     * A normalised row, before scale and shift.
     *
     * @param unit what the scale multiplies, wide
     * @param inverse what it was multiplied by, one number a row, wide
     */
    record Unit(Tensor unit, Tensor inverse) {}

    Unit unit(Tensor x, double epsilon) {
        Tensor wide = x.to(x.dtype().wide());
        Tensor centred = this == LAYER ? wide.minus(wide.mean(-1, true)) : wide;
        Tensor inverse = centred.square().mean(-1, true).addInPlace(epsilon).rsqrt();
        return new Unit(centred.times(inverse), inverse);
    }

    /** The result in {@code dtype}. weight and bias: the row's shape, or one that broadcasts to it. */
    Tensor scaled(Unit unit, Tensor weight, Optional<Tensor> bias, DType dtype) {
        Tensor wide = weight.to(dtype.wide());
        return switch (this) {
            case RMS -> unit.unit().to(dtype).times(weight);
            case RMS_OFFSET ->
                unit.unit().addProductInPlace(unit.unit(), wide, 1).to(dtype);
            case LAYER -> {
                Tensor y = unit.unit().times(wide);
                bias.ifPresent(b -> y.addInPlace(b.to(dtype.wide())));
                yield y.to(dtype);
            }
        };
    }

    /** The gradient of x, wide. dy: wide. */
    Tensor gradient(Unit unit, Tensor weight, Tensor dy) {
        Tensor scale = weight.to(dy.dtype());
        Tensor dUnit = this == RMS_OFFSET ? dy.times(scale).addInPlace(dy) : dy.times(scale);
        Tensor along = dUnit.times(unit.unit()).mean(-1, true);
        Tensor dx = dUnit.minus(unit.unit().times(along));
        if (this == LAYER) {
            dx.subtractInPlace(dUnit.mean(-1, true));
        }
        return dx.multiplyInPlace(unit.inverse());
    }
}
