package dev.lathe.model;

/** A place for a tensor or module in a decoder; {@link Names} says what a checkpoint calls it. */
enum Slot {
    EMBEDDING,
    /** A table of learned positions. */
    POSITIONS,
    EMBEDDING_NORM,
    FINAL_NORM,
    HEAD,
    /** What stands before a layer's number; the slots below stand within a layer. */
    LAYERS,
    /** The norm before attention, and the one behind it. */
    ATTENTION_IN,
    ATTENTION_OUT,
    /** The norm before the MLP, and the one behind it; without one before it in a parallel block, attention's is shared. */
    MLP_IN,
    MLP_OUT,
    /** Queries, keys and values as one matrix; otherwise the three that follow. */
    QKV,
    QUERY,
    KEY,
    VALUE,
    OUTPUT,
    QUERY_NORM,
    KEY_NORM,
    SINKS,
    /** Gate and up as one matrix; otherwise the two that follow. Without any gate the MLP is plain. */
    GATE_UP,
    GATE,
    UP,
    DOWN,
    ROUTER,
    /** What stands before an expert's number, or before the names of stacks of experts. */
    EXPERTS,
    EXPERT_GATE,
    EXPERT_UP,
    EXPERT_DOWN,
    /** What stands before the shared expert's gate, up and down. */
    SHARED,
    SHARED_GATE
}
