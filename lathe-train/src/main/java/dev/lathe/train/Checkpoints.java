package dev.lathe.train;

import dev.lathe.base.IoReason;
import dev.lathe.base.SafeFiles;
import dev.lathe.base.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * {@code checkpoint-N} folders: whole or not there, old ones removed once a new one stands. After a kill at any moment
 * the newest one is complete.
 */
public final class Checkpoints {
    private static final Pattern NAME = Pattern.compile("checkpoint-(\\d{1,18})");

    /**
     * @param limit how many to keep, 0 for all
     * @param best which one is best, and so kept whatever its age
     */
    public record Settings(Path outputDir, Interval interval, int limit, Optional<BestModel> best) {}

    private final Settings settings;
    private final SafeFiles files;
    private final List<Artifact> artifacts;
    private final Events events;

    public Checkpoints(Settings settings, SafeFiles files, List<Artifact> artifacts, Events events) {
        this.settings = settings;
        this.files = files;
        this.artifacts = List.copyOf(artifacts);
        this.events = events;
    }

    void saveIfDue(Progress progress, StepPlan plan, boolean interrupted) {
        if (settings.interval().due(progress.step(), plan) || interrupted) {
            settings.best().ifPresent(best -> best.look(progress.step(), folder(progress.step())));
            save(progress);
        }
    }

    private void save(Progress progress) {
        Path target = folder(progress.step());
        files.writeFolder(target, (folder, inside) -> {
            for (Artifact artifact : artifacts) {
                artifact.write(folder, inside, progress);
            }
        });
        events.publish(new Event.CheckpointSaved(progress, target));
        removeOld(progress.step());
    }

    private void removeOld(long step) {
        if (settings.limit() <= 0) {
            return;
        }
        List<Path> all = new ArrayList<>(all(settings.outputDir()));
        // What lies ahead of this run was left by an earlier one: older than everything of this one.
        all.sort(Comparator.comparing((Path checkpoint) -> step(checkpoint) <= step)
                .thenComparing(Checkpoints::step));
        Path newest = all.getLast();
        Optional<Path> best = settings.best().flatMap(BestModel::checkpoint);
        boolean bestIsOlder = best.isPresent() && !same(best.get(), newest);
        all.removeIf(path -> bestIsOlder && same(path, best.get()));
        int kept = Math.max(1, settings.limit() - (bestIsOlder ? 1 : 0));
        all.subList(0, Math.max(0, all.size() - kept)).forEach(SafeFiles::deleteTree);
    }

    /** A folder may have been named in another way: relative, or with dots. */
    private static boolean same(Path a, Path b) {
        return a.toAbsolutePath().normalize().equals(b.toAbsolutePath().normalize());
    }

    private Path folder(long step) {
        return settings.outputDir().resolve("checkpoint-" + step);
    }

    /**
     * The newest checkpoint of an output folder: of the run that began last, or else of the reference's. Throws
     * {@link UserError} when the folder cannot be read.
     */
    public static Optional<Path> newest(Path outputDir) {
        List<Path> all = all(outputDir);
        return all.stream()
                .filter(TrainingState::isIn)
                .max(Comparator.comparingLong(TrainingState::runOf).thenComparing(Checkpoints::step))
                .or(() -> all.reversed().stream().findFirst());
    }

    /** Checkpoints by rising step. */
    private static List<Path> all(Path outputDir) {
        return entries(outputDir).stream()
                .filter(entry -> step(entry) >= 0 && Files.isDirectory(entry))
                .sorted(Comparator.comparingLong(Checkpoints::step))
                .toList();
    }

    private static List<Path> entries(Path outputDir) {
        if (!Files.isDirectory(outputDir)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(outputDir)) {
            return entries.toList();
        } catch (IOException e) {
            throw new UserError("the checkpoints in %s cannot be read: %s".formatted(outputDir, IoReason.of(e)), e);
        }
    }

    /** The step in a checkpoint's name; −1 for any other folder. */
    static long step(Path checkpoint) {
        Matcher matcher = NAME.matcher(String.valueOf(checkpoint.getFileName()));
        return matcher.matches() ? Long.parseLong(matcher.group(1)) : -1;
    }
}
