package dev.lathe.run.config;

/** How the rows of new tokens start (init_special_tokens). */
public enum TokenStart {
    /** The mean of all rows, with noise. */
    NOISY_MEAN,
    /** The mean of the rows of the token's description. */
    DESCRIPTION,
    /** The same with noise. */
    NOISY_DESCRIPTION;

    static TokenStart of(Settings s) {
        return switch (s.text("init_special_tokens")) {
            case "desc_init" -> DESCRIPTION;
            case "desc_init_w_noise" -> NOISY_DESCRIPTION;
            default -> NOISY_MEAN;
        };
    }
}
