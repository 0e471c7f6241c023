/**
 * From the text a user wrote (YAML or JSON in LLaMA-Factory's dialect, grouped or flat, and the command line) to typed,
 * checked records. {@link dev.lathe.run.config.Configuration} reads and checks everything and says all that is wrong at
 * once; {@link dev.lathe.run.config.TrainRun}, {@link dev.lathe.run.config.ChatRun},
 * {@link dev.lathe.run.config.ExportRun} and {@link dev.lathe.run.config.ScoreRun} are what it means. Nothing here loads
 * a model or looks at data.
 */
@NullMarked
package dev.lathe.run.config;

import org.jspecify.annotations.NullMarked;
