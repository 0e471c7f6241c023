package dev.lathe.run.report;

import dev.lathe.train.Event;
import dev.lathe.train.EventListener;
import dev.lathe.train.StepCost;
import java.io.PrintStream;
import java.util.Locale;

/** Progress for a file, a pipe or a log collector: whole lines, one for each logged step. */
public final class ProgressLines implements EventListener {
    private final PrintStream out;
    private final LogWindow window;
    private final Pace pace = new Pace();
    private long peakBytes;

    public ProgressLines(PrintStream out, LogRule rule) {
        this.out = out;
        this.window = new LogWindow(rule);
    }

    @Override
    public void on(Event event) {
        switch (event) {
            case Event.RunStarted started -> RunText.before(started.facts()).forEach(out::println);
            case Event.StepDone done -> {
                StepCost cost = done.cost();
                pace.add(cost);
                peakBytes = Math.max(peakBytes, cost.peakResidentBytes());
                window.add(done).ifPresent(line -> out.println(text(line)));
            }
            case Event.Evaluated evaluated -> out.println(RunText.evaluated(evaluated));
            case Event.CheckpointSaved saved -> out.println(RunText.saved(saved));
            case Event.ExpertsUsed _ -> {} // TensorBoard's
            case Event.Notice notice -> out.println("note     " + Amounts.printable(notice.text()));
            case Event.RunFinished finished -> out.println(RunText.after(finished, peakBytes));
        }
        out.flush();
    }

    private String text(LogWindow.Line line) {
        long step = line.progress().step();
        long total = line.progress().totalSteps();
        return String.format(
                Locale.ROOT,
                "step %d/%d  epoch %.2f  loss %s  grad norm %.3f  lr %s  %s  %s left%s",
                step,
                total,
                line.progress().epoch(),
                Amounts.loss(line.loss()),
                line.gradNorm(),
                Amounts.rate(line.learningRate()),
                Amounts.tokensPerSecond(line.tokens() / Math.max(1e-9, line.seconds())),
                Durations.hms(pace.timeFor(total - step)),
                line.residentBytes() > 0 ? "  " + Amounts.gigabytes(line.residentBytes()) : "");
    }
}
