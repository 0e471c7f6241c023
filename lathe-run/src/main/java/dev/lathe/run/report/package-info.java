/** Listeners to a run's events: progress on the console, log files, TensorBoard, plots, the model card. */
@NullMarked
package dev.lathe.run.report;

import org.jspecify.annotations.NullMarked;
