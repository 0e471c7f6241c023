package dev.lathe.model.file;

import com.fasterxml.jackson.databind.JsonNode;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;

/** A Llama in the plainest doubles, from config.json's words and named weights: to prove that both were read right. */
record PlainLlama(JsonNode config, WeightFile weights) {
    /** Logits of every position: [tokens, vocabulary]. */
    double[][] logits(List<Integer> ids) {
        double[][] embedding = matrix("model.embed_tokens.weight");
        double[][] x = ids.stream().map(id -> embedding[id].clone()).toArray(double[][]::new); // [tokens, hidden]
        for (int layer = 0; layer < config.path("num_hidden_layers").intValue(); layer++) {
            String name = "model.layers." + layer + ".";
            double[][] normed = norm(x, name + "input_layernorm.weight");
            add(x, times(attention(name + "self_attn.", normed), matrix(name + "self_attn.o_proj.weight")));
            normed = norm(x, name + "post_attention_layernorm.weight");
            double[][] gate = times(normed, matrix(name + "mlp.gate_proj.weight"));
            double[][] up = times(normed, matrix(name + "mlp.up_proj.weight"));
            for (int t = 0; t < x.length; t++) {
                for (int i = 0; i < up[t].length; i++) {
                    up[t][i] *= gate[t][i] / (1 + Math.exp(-gate[t][i]));
                }
            }
            add(x, times(up, matrix(name + "mlp.down_proj.weight")));
        }
        boolean tied = config.path("tie_word_embeddings").booleanValue();
        return times(norm(x, "model.norm.weight"), tied ? embedding : matrix("lm_head.weight"));
    }

    private double[][] attention(String name, double[][] x) {
        int heads = config.path("num_attention_heads").intValue();
        int group = heads / config.path("num_key_value_heads").intValue();
        int dim = config.path("head_dim").intValue();
        double[][] q = rotated(times(x, matrix(name + "q_proj.weight")), dim);
        double[][] k = rotated(times(x, matrix(name + "k_proj.weight")), dim);
        double[][] v = times(x, matrix(name + "v_proj.weight"));
        double[][] out = new double[x.length][heads * dim];
        for (int t = 0; t < x.length; t++) {
            for (int h = 0; h < heads; h++) {
                int shared = h / group * dim;
                double[] weight = new double[t + 1];
                double sum = 0;
                for (int s = 0; s <= t; s++) {
                    double score = 0;
                    for (int i = 0; i < dim; i++) {
                        score += q[t][h * dim + i] * k[s][shared + i];
                    }
                    weight[s] = Math.exp(score / Math.sqrt(dim));
                    sum += weight[s];
                }
                for (int s = 0; s <= t; s++) {
                    for (int i = 0; i < dim; i++) {
                        out[t][h * dim + i] += weight[s] / sum * v[s][shared + i];
                    }
                }
            }
        }
        return out;
    }

    private double[][] rotated(double[][] x, int dim) {
        for (int t = 0; t < x.length; t++) {
            for (int at = 0; at < x[t].length; at += dim) {
                for (int i = 0; i < dim / 2; i++) {
                    double angle = t / Math.pow(config.path("rope_theta").doubleValue(), 2.0 * i / dim);
                    double a = x[t][at + i];
                    double b = x[t][at + i + dim / 2];
                    x[t][at + i] = a * Math.cos(angle) - b * Math.sin(angle);
                    x[t][at + i + dim / 2] = b * Math.cos(angle) + a * Math.sin(angle);
                }
            }
        }
        return x;
    }

    private double[][] norm(double[][] x, String name) {
        double[] weight = matrix(name)[0];
        double[][] y = new double[x.length][weight.length];
        for (int t = 0; t < x.length; t++) {
            double squares = 0;
            for (double value : x[t]) {
                squares += value * value;
            }
            double scale = 1
                    / Math.sqrt(squares / weight.length
                            + config.path("rms_norm_eps").doubleValue());
            for (int i = 0; i < weight.length; i++) {
                y[t][i] = x[t][i] * scale * weight[i];
            }
        }
        return y;
    }

    private static void add(double[][] x, double[][] y) {
        for (int t = 0; t < x.length; t++) {
            for (int i = 0; i < x[t].length; i++) {
                x[t][i] += y[t][i];
            }
        }
    }

    /** x Wᵀ. */
    private static double[][] times(double[][] x, double[][] w) {
        double[][] y = new double[x.length][w.length];
        for (int t = 0; t < x.length; t++) {
            for (int o = 0; o < w.length; o++) {
                for (int i = 0; i < x[t].length; i++) {
                    y[t][o] += x[t][i] * w[o][i];
                }
            }
        }
        return y;
    }

    private double[][] matrix(String name) {
        StoredTensor tensor = weights.get(name);
        int columns = (int) tensor.shape()[tensor.shape().length - 1];
        double[][] matrix = new double[(int) (tensor.spec().elements() / columns)][columns];
        for (int i = 0; i < tensor.spec().elements(); i++) {
            matrix[i / columns][i % columns] =
                    tensor.data().getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), i);
        }
        return matrix;
    }
}
