package dev.lathe.run.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What is shown and kept about the course of training.
 *
 * @param tensorBoardDir folder for TensorBoard; empty for {@code runs} in the output folder
 * @param countTokens whether logs show the tokens seen and their rate
 * @param plot whether training_loss.png is drawn
 * @param progressBar false for plain lines even on a terminal
 */
public record LoggingConfig(
        When when,
        boolean firstStep,
        boolean tensorBoard,
        Optional<Path> tensorBoardDir,
        boolean countTokens,
        boolean plot,
        boolean progressBar) {
    static LoggingConfig of(Settings s) {
        return new LoggingConfig(
                s.when("logging_strategy", "logging_steps"),
                s.flag("logging_first_step"),
                s.names("report_to").contains("tensorboard")
                        || s.names("report_to").contains("all"),
                s.optionalPath("logging_dir"),
                s.on("include_num_input_tokens_seen") && !s.is("include_num_input_tokens_seen", "no"),
                s.flag("plot_loss"),
                !s.optionalFlag("disable_tqdm").orElse(false));
    }
}
