package dev.lathe.tensor;

import dev.lathe.tensor.kernel.AdamWKernel;
import java.util.Optional;

/**
 * What one step of Adam with decoupled weight decay does to a parameter, in the order of operations of torch's AdamW
 * (Loshchilov and Hutter 2017, arXiv:1711.05101).
 *
 * @param step counted from 1
 * @param scale what the gradient is multiplied by first
 */
public record AdamUpdate(
        double beta1, double beta2, double epsilon, double weightDecay, double learningRate, long step, double scale) {
    /** Changes master, mean and square (F32, of the master's shape), and refreshes the compute copy; the gradient is spent. */
    public void apply(Parameter parameter, Tensor mean, Tensor square) {
        Optional<AdamWKernel> kernel = parameter.master().dtype() == DType.F32
                ? Torch.kernels(DType.F32).map(kernels -> kernels.adamW())
                : Optional.empty();
        kernel.ifPresentOrElse(k -> apply(k, parameter, mean, square), () -> applyByLibtorch(parameter, mean, square));
    }

    private void apply(AdamWKernel kernel, Parameter parameter, Tensor mean, Tensor square) {
        AdamWKernel.Factors factors =
                AdamWKernel.Factors.of(beta1, beta2, epsilon, weightDecay, learningRate, step, scale);
        try (Scope scope =
                Scope.open()) { // for a part's view of its gradient, which would keep the memory of the whole
            AdamWKernel.States states = new AdamWKernel.States(
                    parameter.master().data(), gradient(parameter).data(), mean.data(), square.data());
            if (parameter.compute().dtype() == DType.BF16 && parameter.compute().isContiguous()) {
                kernel.step(states, factors, parameter.compute().data());
            } else {
                kernel.step(states, factors);
                parameter.refresh();
            }
        }
    }

    private static Tensor gradient(Parameter parameter) {
        Tensor arrived = parameter.arrivedGradient();
        return Matrices.reads(arrived.dtype()) ? arrived : parameter.gradient();
    }

    private void applyByLibtorch(Parameter parameter, Tensor mean, Tensor square) {
        double correction = Math.sqrt(1 - Math.pow(beta2, step));
        double stepSize = learningRate / (1 - Math.pow(beta1, step));
        try (Scope scope = Scope.open()) {
            Tensor gradient = parameter.gradient().multiplyInPlace(scale).to(DType.F32);
            Tensor master = parameter.master();
            mean.addInPlace(gradient.minus(mean), 1 - beta1);
            square.multiplyInPlace(beta2).addProductInPlace(gradient, gradient, 1 - beta2);
            Tensor root = square.sqrt().multiplyInPlace(1 / correction).addInPlace(epsilon);
            Tensor wide = master.to(DType.F32);
            wide.multiplyInPlace(1 - learningRate * weightDecay);
            wide.addQuotientInPlace(mean, root, -stepSize);
            if (master.dtype() != DType.F32) {
                master.copyFrom(wide);
            }
            parameter.refresh();
        }
    }
}
