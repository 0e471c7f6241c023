package dev.lathe.model;

/** What a family does that its config.json does not say. */
enum Trait {
    /** Norms have a mean and are layer norms. */
    LAYER_NORM,
    /** Norms have a bias as well. */
    NORM_BIAS,
    /** A norm's scale is 1 + w (Gemma). */
    OFFSET_NORM,
    /** Queries and keys are normed, each head for itself. */
    QK_NORM,
    /** Queries and keys are normed, all heads as one row. */
    QK_NORM_WHOLE,
    /** Embeddings are multiplied by the root of their width. */
    SCALED_EMBEDDING,
    /** {@code embedding_multiplier}, {@code residual_multiplier}, {@code attention_multiplier}, {@code logits_scaling}. */
    MULTIPLIERS,
    /** Attention and MLP read the same input. */
    PARALLEL,
    /** The fused projection has a key head's queries, key and value together. */
    GROUPED_QKV,
    /** Dimensions that rotate together are neighbours. */
    PAIRED_ROPE,
    /** No rotation at all. */
    NO_ROPE,
    /** Only layers with a window rotate. */
    ROPE_WITHIN_WINDOW,
    /** Layers with a window rotate by {@code rope_local_base_freq}. */
    LOCAL_ROPE,
    /** A bias by distance takes the place of rotation. */
    ALIBI,
    /** {@code sliding_window} counts; in others it is left over from another family. */
    WINDOW,
    /** It counts only with {@code use_sliding_window}. */
    WINDOW_SWITCH,
    /** A logit a head takes up attention. */
    SINKS,
    /** The MLP has no gate. */
    PLAIN_MLP,
    /** Keys and values come out of a narrow latent vector. */
    LATENT,
    /** There are experts. */
    EXPERTS,
    /** Experts score each for itself, and a bias helps to choose (DeepSeek V3). */
    SIGMOID_ROUTER,
    /** A token's weights always add up to one. */
    NORMALISED_ROUTER,
    /** All experts stand in one tensor, [experts, in, out], gate and up alternating, with biases (GPT-OSS). */
    STACKED_EXPERTS,
    /** All experts stand in one tensor, [experts, out, in] (Granite). */
    STACKED_ROWS,
    /** The router has a bias. */
    ROUTER_BIAS,
    /** The output head has a bias. */
    HEAD_BIAS,
    /** The output head counts among the linear layers that adapters reach. */
    ADAPTED_HEAD,
    /** Linear layers are stored as [in, out]. */
    TRANSPOSED
}
