package dev.lathe.run.config;

import dev.lathe.base.UserError;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A configuration that was read and found in order: every key is known and well typed, Lathe can do all it asks for, and
 * what it asks for fits together. {@link TrainRun#of}, {@link ChatRun#of}, {@link ScoreRun#of}, {@link ExportRun#of}
 * and {@link DataRun#of} say what it means.
 */
public final class Configuration {
    private final Command command;
    private final boolean printWanted;
    private final Settings settings;
    private final List<Notice> notices;

    Configuration(Command command, boolean printWanted, Settings settings, List<Notice> notices) {
        this.command = command;
        this.printWanted = printWanted;
        this.settings = settings;
        this.notices = List.copyOf(notices);
    }

    /**
     * Reads a command's arguments, and the file among them.
     *
     * @param environment for {@code ALLOW_EXTRA_ARGS} and <code>${oc.env:NAME}</code>
     * @throws UserError with everything that is wrong, a line each, in the order of the file
     */
    public static Configuration read(Command command, List<String> arguments, Map<String, String> environment) {
        KeyTable table = KeyTable.load();
        return new Check(command, CommandLine.parse(arguments, table), environment, table).run();
    }

    /** A text as the value of a {@code key=value} argument, whatever stands in it: values are read as YAML. */
    public static String quoted(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    /** Whether {@code --print-config} was among the arguments: show {@link #printed()} and stop. */
    public boolean printWanted() {
        return printWanted;
    }

    /** What has no effect here, or was replaced: to be shown before the run starts. */
    public List<Notice> notices() {
        return notices;
    }

    /** Every effective key with its value and where that came from, those that were set first. */
    public String printed() {
        return PrintedConfig.of(command, settings);
    }

    /** The honoured keys with their values, sorted; for keeping beside a run, to say later what changed. Holds no secret. */
    public Map<String, String> effective() {
        Map<String, String> effective = new TreeMap<>();
        for (Setting setting : settings.all()) {
            Key key = setting.key();
            if (key.status() == Key.Status.HONOURED && key.usedBy().contains(command) && !key.secret()) {
                effective.put(key.name(), setting.value().shown());
            }
        }
        return Collections.unmodifiableMap(effective);
    }

    Settings settings(Command wanted) {
        if (command != wanted) {
            throw new IllegalStateException("read for %s, not for %s".formatted(command.word(), wanted.word()));
        }
        return settings;
    }
}
