package dev.lathe.run;

/** What a user can change so that a run needs less memory: ends the messages of {@code NativeMemory}. */
final class LessMemory {
    /** While weights are read, to be asked or trained on. */
    static final String LOADING =
            "Stop other programs, or choose a smaller model; infer_dtype: bfloat16, or bf16: true in training, halves what is computed in fp32";
    /** While what is trained, its gradients and the optimizer's states are made. */
    static final String PREPARING =
            "finetuning_type: lora and freeze hold less than full, a lower lora_rank less than a higher one, pure_bf16: true half";
    /** In steps and evaluations. */
    static final String TRAINING =
            "Lower per_device_train_batch_size (with more gradient_accumulation_steps the result is the same), per_device_eval_batch_size or cutoff_len; set bf16: true; leave disable_gradient_checkpointing out";
    /** In a conversation. */
    static final String ANSWERING =
            "Lower max_new_tokens, or begin a new conversation; infer_dtype: bfloat16 needs less";
    /** Of whole texts. */
    static final String SCORING = "Score shorter texts; --dtype bf16 needs less";
    /** One tensor at a time. */
    static final String EXPORTING = "Stop other programs; an export holds the largest few tensors of the model in fp32";

    private LessMemory() {}
}
