package dev.lathe.run.config;

/** What is learnt. */
public enum Stage {
    /** Plain text ({@code pt}). */
    PRETRAIN,
    /** Answers ({@code sft}). */
    SUPERVISED,
    /** A reward, from pairs of answers ({@code rm}). */
    REWARD,
    /** Answers that a reward model likes ({@code ppo}). */
    PPO,
    /** To prefer one answer to another ({@code dpo}). */
    PREFERENCE,
    /** To give answers that were found good ({@code kto}). */
    FEEDBACK;

    static Stage of(Settings s) {
        return switch (s.text("stage")) {
            case "pt" -> PRETRAIN;
            case "rm" -> REWARD;
            case "ppo" -> PPO;
            case "dpo" -> PREFERENCE;
            case "kto" -> FEEDBACK;
            default -> SUPERVISED;
        };
    }
}
