package dev.lathe.run.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** One reading of a configuration: collects all problems before it says any. */
final class Check {
    private static final Set<String> TRUE = Set.of("true", "y", "1");
    private static final int MOST_NAMES = 6;

    private final Command command;
    private final CommandLine line;
    private final Map<String, String> environment;
    private final KeyTable table;
    private final List<Problem> problems = new ArrayList<>();
    private final List<Notice> notices = new ArrayList<>();
    private final Set<String> illTyped = new HashSet<>();
    private final List<String> unused = new ArrayList<>();

    Check(Command command, CommandLine line, Map<String, String> environment, KeyTable table) {
        this.command = command;
        this.line = line;
        this.environment = environment;
        this.table = table;
    }

    Configuration run() {
        Map<String, Setting> settings = new LinkedHashMap<>();
        for (Key key : table.all()) {
            settings.put(key.name(), new Setting(key, key.standard(), new Origin.Default()));
        }
        written().forEach((name, value) -> table.find(name)
                .ifPresentOrElse(key -> accept(key, value, settings), () -> unknown(name, value)));
        Settings complete = Derivation.complete(command, settings);
        rules(complete);
        if (!problems.isEmpty()) {
            String name = line.file().map(Object::toString).orElse("The command line");
            throw Problem.report(name, purpose(), problems);
        }
        if (!unused.isEmpty()) {
            notices.add(new Notice(few(unused), "not used by `lathe %s`".formatted(command.word())));
        }
        return new Configuration(command, line.printConfig(), complete, notices);
    }

    private String purpose() {
        return switch (command) {
            case TRAIN -> "run";
            case DATA -> "be looked at";
            case CHAT, SCORE, EXPORT -> "be used to " + command.word();
        };
    }

    /** What file and command line say, flat, the command line above the file, references replaced. */
    private Map<String, Located> written() {
        Map<String, Located> flat = new LinkedHashMap<>(
                Groups.flatten(line.file().map(ConfigFile::read).orElse(Map.of()), problems));
        Groups.flatten(line.given(), problems).forEach((key, value) -> flat.merge(key, value, Check::over));
        Map<String, Located> resolved = new Interpolation(flat, environment).all(problems);
        Located type = resolved.get("finetuning_type");
        if (type != null && type.value().equals(new Value.Text("qlora"))) {
            resolved.put("finetuning_type", type.with(new Value.Text("lora")));
            resolved.putIfAbsent("quantization_bit", type.with(new Value.Whole(4)));
        }
        return resolved;
    }

    private static Located over(Located file, Located argument) {
        if (file.value() instanceof Value.Fields(Map<String, Located> below)
                && argument.value() instanceof Value.Fields(Map<String, Located> above)) {
            Map<String, Located> both = new LinkedHashMap<>(below);
            above.forEach((key, value) -> both.merge(key, value, Check::over));
            return argument.with(new Value.Fields(both));
        }
        return argument;
    }

    private void unknown(String name, Located value) {
        String extra = environment.getOrDefault("ALLOW_EXTRA_ARGS", "").toLowerCase(Locale.ROOT);
        if (TRUE.contains(extra)) {
            notices.add(new Notice(name, "no such key; left aside because ALLOW_EXTRA_ARGS is set"));
            return;
        }
        String meant = Suggestion.key(name, table.keys().keySet())
                .map(near -> "; did you mean %s?".formatted(near))
                .orElse("");
        problems.add(new Problem(value.origin(), name + ": " + value.written(), "no such key" + meant));
    }

    private void accept(Key key, Located value, Map<String, Setting> settings) {
        boolean used = key.usedBy().contains(command);
        // The file that is looked at is one for training, and says more than what to train on.
        boolean forTraining = command == Command.DATA && key.usedBy().contains(Command.TRAIN);
        if (!used && !forTraining) {
            unused.add(key.name());
        }
        if (value.value().equals(new Value.Text("???"))) {
            reject(key, value, "??? means that a value must be given; give one, or leave the line out");
            return;
        }
        switch (key.type().read(value)) {
            case ValueType.Reading.Bad(String message) -> {
                if (used) {
                    reject(key, value, message);
                }
            }
            case ValueType.Reading.Good(Value good) -> {
                settings.put(key.name(), new Setting(key, good, value.origin()));
                // Rows of every stage can be looked at, also of those that Lathe cannot train yet.
                boolean looked = command == Command.DATA && key.name().equals("stage");
                if (used && !looked && key.refuses(good)) {
                    problems.add(new Problem(value.origin(), shown(key, value), notYet(key, good)));
                } else if (used && key.status() == Key.Status.NO_EFFECT) {
                    notices.add(new Notice(key.name(), "no effect here: " + key.why()));
                }
            }
        }
    }

    private static String notYet(Key key, Value value) {
        String thing = key.status() == Key.Status.HONOURED ? value.shown() : "this";
        return "Lathe cannot do %s yet; %s".formatted(thing, key.why());
    }

    private void reject(Key key, Located value, String message) {
        illTyped.add(key.name());
        problems.add(new Problem(value.origin(), shown(key, value), message));
    }

    private static String shown(Key key, Located value) {
        return key.name() + ": " + (key.secret() ? "***" : value.written());
    }

    private void rules(Settings settings) {
        for (Rule rule : Rules.all()) {
            if (!applies(rule)
                    || rule.keys().stream().anyMatch(illTyped::contains)
                    || !rule.holds().test(settings)) {
                continue;
            }
            Setting blamed = rule.blamed(settings);
            if (rule.effect() == Rule.Effect.NOTICE) {
                notices.add(new Notice(blamed.key().name(), rule.message()));
            } else {
                String shown = blamed.given() ? blamed.shown() : blamed.key().name();
                Origin origin = blamed.given() ? blamed.origin() : new Origin.Default();
                problems.add(new Problem(origin, shown, rule.message()));
            }
        }
        if (command == Command.TRAIN) {
            Setting kwargs = settings.get("lr_scheduler_kwargs");
            ScheduleConfig.complaint(settings)
                    .ifPresent(complaint -> problems.add(new Problem(kwargs.origin(), kwargs.shown(), complaint)));
        }
    }

    /** Looking at data heeds those rules of training that speak of nothing but data. */
    private boolean applies(Rule rule) {
        return rule.commands().contains(command)
                || (command == Command.DATA
                        && rule.commands().contains(Command.TRAIN)
                        && rule.keys().stream()
                                .allMatch(key -> table.get(key).usedBy().contains(Command.DATA)));
    }

    private static String few(List<String> names) {
        return names.size() <= MOST_NAMES
                ? String.join(", ", names)
                : "%s and %d more"
                        .formatted(String.join(", ", names.subList(0, MOST_NAMES)), names.size() - MOST_NAMES);
    }
}
