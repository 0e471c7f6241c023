package dev.lathe.run.config;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** What a configuration is read for: the commands share one set of keys but not what they need of it. */
public enum Command {
    TRAIN,
    CHAT,
    SCORE,
    EXPORT,
    DATA;

    /** As typed: {@code train}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Reads the table's letters: {@code tc} is train and chat. */
    static Set<Command> of(String letters) {
        Set<Command> commands = EnumSet.noneOf(Command.class);
        for (Command command : values()) {
            if (letters.indexOf(command.word().charAt(0)) >= 0) {
                commands.add(command);
            }
        }
        return Set.copyOf(commands);
    }
}
