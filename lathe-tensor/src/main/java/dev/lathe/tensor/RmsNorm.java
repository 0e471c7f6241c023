package dev.lathe.tensor;

import dev.lathe.tensor.kernel.Matrix;
import dev.lathe.tensor.kernel.RmsNormKernel;
import java.util.List;
import java.util.Optional;

/**
 * Root mean square norm: y = w ∘ x / sqrt(mean(x²) + ε) over the last dimension (Zhang and Sennrich 2019,
 * arXiv:1910.07467). The normalised x is rounded to x's type before w is applied, as in transformers' Llama. Keeps x and
 * one number a row.
 *
 * @param room free columns behind the result's rows, for the layer that reads it: see {@link Tensors#withRoom}
 */
public record RmsNorm(double epsilon, long room) {
    public RmsNorm(double epsilon) {
        this(epsilon, 0);
    }

    /** A residual sum, and its norm: both [tokens, hidden]. */
    public record Sum(Tensor sum, Tensor normed) {}

    /** x: [tokens, hidden]; weight: [hidden]; y: [tokens, hidden]. */
    public Tensor apply(Tape tape, Tensor x, Operand weight) {
        Tensor y = Tensors.withRoom(x.dtype(), x.size(0), x.size(1), room);
        Tensor rstd = Tensors.empty(x.dtype().wide(), x.size(0), 1);
        Optional<RmsNormKernel> kernel = kernel(x);
        kernel.ifPresentOrElse(
                k -> k.forward(
                        Matrices.of(x),
                        Matrices.ofVector(weight.value()),
                        (float) epsilon,
                        Matrices.of(y),
                        rstd.data()),
                () -> forward(x, weight, y, rstd));
        if (tape.needs(x) || (tape.isRecording() && weight.isTrained())) {
            tape.record(y, dy -> tape.gather(x, soFar -> backward(x, weight, rstd, dy, soFar)));
        }
        return y;
    }

    /** x + branch and the norm of it, in one pass over memory. x, branch: [tokens, hidden]. */
    public Sum ofSum(Tape tape, Tensor x, Tensor branch, Operand weight) {
        Optional<RmsNormKernel> kernel = kernel(x);
        if (kernel.isEmpty()) {
            Tensor sum = Residual.add(tape, x, branch);
            return new Sum(sum, apply(tape, sum, weight));
        }
        Tensor sum = Tensors.empty(x.dtype(), x.shape());
        Tensor y = Tensors.withRoom(x.dtype(), x.size(0), x.size(1), room);
        Tensor rstd = Tensors.empty(DType.F32, x.size(0), 1);
        kernel.get()
                .forward(
                        Matrices.of(x),
                        Matrices.of(branch),
                        Matrices.ofVector(weight.value()),
                        (float) epsilon,
                        Matrices.of(sum),
                        Matrices.of(y),
                        rstd.data());
        if (tape.needs(x) || tape.needs(branch) || (tape.isRecording() && weight.isTrained())) {
            tape.record(List.of(sum, y), gradients -> {
                Optional<Tensor> direct = gradients.get(0);
                Tensor gradient = gradients
                        .get(1)
                        .map(dy -> backward(sum, weight, rstd, dy, direct))
                        .orElseGet(direct::orElseThrow);
                tape.add(x, gradient);
                tape.add(branch, gradient);
            });
        }
        return new Sum(sum, y);
    }

    private static Optional<RmsNormKernel> kernel(Tensor x) {
        return Torch.kernels(x.dtype()).map(kernels -> kernels.rmsNorm());
    }

    /** The gradient of x, added to what is there already; the weight's goes to its parameter. */
    private static Tensor backward(Tensor x, Operand weight, Tensor rstd, Tensor dy, Optional<Tensor> soFar) {
        Optional<RmsNormKernel> kernel = kernel(x);
        boolean narrow =
                weight.parameter().filter(w -> w.master().dtype() != DType.F32).isPresent();
        if (kernel.isEmpty() || narrow) {
            Tensor dx = backwardByLibtorch(x, weight, rstd, dy);
            return soFar.map(dx::addInPlace).orElse(dx);
        }
        Tensor dx = Tensors.empty(x.dtype(), x.shape());
        Matrix scale = Matrices.ofVector(weight.value());
        Optional<Matrix> addend = soFar.map(Matrices::of);
        weight.parameter()
                .ifPresentOrElse(
                        w -> kernel.get()
                                .backward(
                                        Matrices.of(dy),
                                        Matrices.of(x),
                                        scale,
                                        rstd.data(),
                                        addend,
                                        Matrices.of(dx),
                                        w.gradient().data()),
                        () -> kernel.get()
                                .backward(
                                        Matrices.of(dy), Matrices.of(x), scale, rstd.data(), addend, Matrices.of(dx)));
        return dx;
    }

    private void forward(Tensor x, Operand weight, Tensor y, Tensor rstd) {
        Tensor wide = x.to(x.dtype().wide());
        rstd.copyFrom(wide.square().mean(-1, true).addInPlace(epsilon).rsqrt());
        y.copyFrom(wide.times(rstd).to(x.dtype()).times(weight.value()));
    }

    private static Tensor backwardByLibtorch(Tensor x, Operand weight, Tensor rstd, Tensor dy) {
        DType wide = x.dtype().wide();
        Tensor unit = x.to(wide).times(rstd); // [tokens, hidden], what w multiplied
        Tensor dyWide = dy.to(wide);
        weight.parameter().ifPresent(w -> w.addGradient(dyWide.times(unit).sum(0, false)));
        Tensor dUnit = dyWide.times(weight.value().to(wide));
        Tensor along = dUnit.times(unit).mean(-1, true); // [tokens, 1]
        return dUnit.addProductInPlace(unit, along, -1).multiplyInPlace(rstd).to(x.dtype());
    }
}
