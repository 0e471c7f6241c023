package dev.lathe.run.config;

/**
 * AdamW (Loshchilov and Hutter 2017, arXiv:1711.05101), with states in fp32.
 *
 * @param weightDecay of everything but norms and biases
 * @param maxGradNorm longer gradients are cut to this length; 0 never cuts
 */
public record OptimizerConfig(
        double learningRate, double weightDecay, double beta1, double beta2, double epsilon, double maxGradNorm) {
    static OptimizerConfig of(Settings s) {
        return new OptimizerConfig(
                s.number("learning_rate"),
                s.number("weight_decay"),
                s.number("adam_beta1"),
                s.number("adam_beta2"),
                s.number("adam_epsilon"),
                s.number("max_grad_norm"));
    }
}
