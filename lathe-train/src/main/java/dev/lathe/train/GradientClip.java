package dev.lathe.train;

/**
 * Scales all gradients down together when their total L2 norm exceeds a maximum (Pascanu et al. 2012,
 * arXiv:1211.5063).
 *
 * @param maximum 0 or below: never
 */
public record GradientClip(double maximum) {
    private static final double EPSILON = 1e-6; // torch.nn.utils.clip_grad_norm_

    public boolean isOn() {
        return maximum > 0;
    }

    /**
     * What to multiply gradients by: at most 1.
     *
     * @param norm of all together
     */
    public double factor(double norm) {
        double factor = maximum / (norm + EPSILON);
        return isOn() && factor < 1 ? factor : 1;
    }
}
