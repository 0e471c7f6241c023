package dev.lathe.run.report;

import dev.lathe.train.Event;
import dev.lathe.train.EventListener;
import dev.lathe.train.Progress;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.IntSupplier;

/**
 * Progress for a terminal: one line at the bottom that is drawn over, at most ten times a second, and what else happens
 * above it. Knows only carriage return and spaces, so that it is safe on any terminal.
 */
public final class ProgressBar implements EventListener {
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final int LONGEST = 30;
    private static final int SHORTEST = 6;

    private final PrintStream out;
    private final IntSupplier width;
    private final InstantSource clock;
    private final String full;
    private final String empty;
    private final Pace pace = new Pace();
    private Optional<Event.StepDone> last = Optional.empty();
    private Instant drawn = Instant.MIN;
    private int onScreen;
    private long peakBytes;

    /** @param width columns of the terminal now; asked at every drawing, because windows change */
    public ProgressBar(PrintStream out, IntSupplier width, InstantSource clock) {
        this.out = out;
        this.width = width;
        this.clock = clock;
        boolean blocks = canShow(out.charset(), "█░");
        this.full = blocks ? "█" : "#";
        this.empty = blocks ? "░" : ".";
    }

    @Override
    public void on(Event event) {
        switch (event) {
            case Event.RunStarted started -> RunText.before(started.facts()).forEach(this::print);
            case Event.StepDone done -> {
                pace.add(done.cost());
                peakBytes = Math.max(peakBytes, done.cost().peakResidentBytes());
                last = Optional.of(done);
                boolean end = done.progress().step() >= done.progress().totalSteps();
                if (end || !clock.instant().isBefore(drawn.plus(PAUSE))) {
                    draw();
                }
            }
            case Event.Evaluated evaluated -> print(RunText.evaluated(evaluated));
            case Event.CheckpointSaved saved -> print(RunText.saved(saved));
            case Event.ExpertsUsed _ -> {} // TensorBoard's
            case Event.Notice notice -> print("note     " + Amounts.printable(notice.text()));
            case Event.RunFinished finished -> {
                draw();
                out.println();
                onScreen = 0;
                last = Optional.empty();
                print(RunText.after(finished, peakBytes));
            }
        }
        out.flush();
    }

    /** A line that stays, above the bar. */
    private void print(String line) {
        out.println((onScreen > 0 ? "\r" : "") + line + " ".repeat(Math.max(0, onScreen - line.length())));
        onScreen = 0;
        draw();
    }

    private void draw() {
        last.ifPresent(done -> {
            String line = line(done, Math.max(1, width.getAsInt() - 1)); // the last column would wrap
            out.print("\r" + line + " ".repeat(Math.max(0, onScreen - line.length())));
            onScreen = line.length();
            drawn = clock.instant();
        });
    }

    private String line(Event.StepDone done, int columns) {
        Progress progress = done.progress();
        long total = progress.totalSteps();
        double share = total == 0 ? 1 : Math.clamp((double) progress.step() / total, 0, 1);
        String count = "%d/%d".formatted(progress.step(), total);
        String facts = "%d %%  loss %s  %s  %s left%s"
                .formatted(
                        (int) (share * 100),
                        Amounts.loss(done.loss()),
                        Amounts.tokensPerSecond(pace.tokensPerSecond()),
                        Durations.hms(pace.timeFor(total - progress.step())),
                        done.cost().residentBytes() > 0
                                ? "  " + Amounts.gigabytes(done.cost().residentBytes())
                                : "");
        int room = Math.min(LONGEST, columns - count.length() - facts.length() - 2);
        String bar = room < SHORTEST ? " " : " " + bar(share, room) + " ";
        String line = count + bar + facts;
        return line.length() <= columns ? line : line.substring(0, columns);
    }

    private String bar(double share, int length) {
        int done = (int) (share * length);
        return full.repeat(done) + empty.repeat(length - done);
    }

    private static boolean canShow(Charset charset, String text) {
        return charset.canEncode() && charset.newEncoder().canEncode(text);
    }
}
