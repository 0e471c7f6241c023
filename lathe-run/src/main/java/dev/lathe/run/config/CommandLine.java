package dev.lathe.run.config;

import dev.lathe.base.UserError;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The arguments of a command: at most one file, {@code key=value}, {@code --key value}, {@code --key=value},
 * {@code --flag}, {@code --no_flag}, {@code --config file} and {@code --print-config}. A name may be dotted; the last of
 * two equal names wins. A value is read as YAML, as OmegaConf does.
 *
 * @param given what the arguments set, as a tree
 */
record CommandLine(Optional<Path> file, Map<String, Located> given, boolean printConfig) {
    static CommandLine parse(List<String> arguments, KeyTable table) {
        return new Reader(arguments, table).read();
    }

    private static final class Reader {
        private final List<String> arguments;
        private final KeyTable table;
        private final Map<String, Located> given = new LinkedHashMap<>();
        private Optional<Path> file = Optional.empty();
        private boolean printConfig;
        private int at;

        Reader(List<String> arguments, KeyTable table) {
            this.arguments = arguments;
            this.table = table;
        }

        CommandLine read() {
            for (at = 0; at < arguments.size(); at++) {
                String argument = arguments.get(at);
                int equals = argument.indexOf('=');
                if (argument.startsWith("--")) {
                    option(argument, equals);
                } else if (equals > 0) {
                    set(argument.substring(0, equals), argument.substring(equals + 1), argument);
                } else if (ConfigFile.named(argument)) {
                    file(argument);
                } else {
                    throw new UserError(
                            "%s is neither a .yaml or .json file nor key=value; write model_name_or_path=%s if it is a model"
                                    .formatted(argument, argument));
                }
            }
            return new CommandLine(file, given, printConfig);
        }

        private void option(String argument, int equals) {
            String name = (equals > 0 ? argument.substring(2, equals) : argument.substring(2)).replace('-', '_');
            if (name.equals("print_config")) {
                printConfig = true;
            } else if (name.equals("config")) {
                file(equals > 0 ? argument.substring(equals + 1) : next(argument, " needs a file"));
            } else if (equals > 0) {
                set(name, argument.substring(equals + 1), argument);
            } else if (isFlag(name) && !valueFollows(true)) {
                set(name, "true", argument);
            } else if (name.startsWith("no_") && table.find(name).isEmpty() && isFlag(name.substring(3))) {
                set(name.substring(3), "false", argument);
            } else {
                String value = next(argument, " needs a value: %s VALUE, or %s=VALUE".formatted(argument, argument));
                set(name, value, argument + " " + value);
            }
        }

        private boolean isFlag(String name) {
            return table.find(name)
                    .filter(key -> key.type().kind() == ValueType.Kind.BOOL)
                    .isPresent();
        }

        private boolean valueFollows(boolean flag) {
            if (at + 1 >= arguments.size()) {
                return false;
            }
            String following = arguments.get(at + 1);
            return !following.startsWith("--") && !(flag && (following.contains("=") || ConfigFile.named(following)));
        }

        private String next(String argument, String complaint) {
            if (!valueFollows(false)) {
                throw new UserError(argument + complaint);
            }
            at++;
            return arguments.get(at);
        }

        private void file(String name) {
            file.ifPresent(first -> {
                throw new UserError("%s and %s: one file at a time; put what differs on the command line, as key=value"
                        .formatted(first, name));
            });
            file = Optional.of(Path.of(name));
        }

        private void set(String path, String text, String written) {
            put(given, path, YamlReader.argument(text, written));
        }

        private static void put(Map<String, Located> into, String path, Located value) {
            int dot = path.indexOf('.');
            if (dot < 0) {
                into.put(path, value);
                return;
            }
            String head = path.substring(0, dot);
            Map<String, Located> inner = new LinkedHashMap<>();
            Located before = into.get(head);
            if (before != null && before.value() instanceof Value.Fields(Map<String, Located> fields)) {
                inner.putAll(fields);
            }
            put(inner, path.substring(dot + 1), value);
            into.put(head, value.with(new Value.Fields(inner)));
        }
    }
}
