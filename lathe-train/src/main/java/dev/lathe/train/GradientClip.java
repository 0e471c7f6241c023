package dev.lathe.train;

import dev.lathe.tensor.Parameter;
import java.util.List;

/**
 * Scales all gradients down together when their total L2 norm exceeds a maximum (Pascanu et al. 2012,
 * arXiv:1211.5063).
 *
 * @param maximum 0 or below: never
 */
public record GradientClip(double maximum) {
    private static final double EPSILON = 1e-6; // torch.nn.utils.clip_grad_norm_

    /** Returns the norm before clipping. */
    public double apply(List<Parameter> parameters) {
        double squares = 0;
        for (Parameter parameter : parameters) {
            squares += parameter.gradientSquares();
        }
        double total = Math.sqrt(squares);
        double factor = maximum / (total + EPSILON);
        if (maximum > 0 && factor < 1) {
            parameters.forEach(parameter -> parameter.gradient().multiplyInPlace(factor));
        }
        return total;
    }
}
