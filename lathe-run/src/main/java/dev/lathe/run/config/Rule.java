package dev.lathe.run.config;

import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What does not combine: one line of the list that the checks, the documentation and the board read.
 *
 * @param commands where it holds
 * @param effect whether the run is refused, or goes on with a notice
 * @param when the condition, in words
 * @param keys the keys to blame, the one to point at first
 * @param holds the condition
 * @param because why
 * @param instead the nearest thing that works; empty for a notice
 */
record Rule(
        Set<Command> commands,
        Effect effect,
        String when,
        List<String> keys,
        Predicate<Settings> holds,
        String because,
        String instead) {
    enum Effect {
        REFUSED,
        NOTICE
    }

    static Rule refuse(
            String commands,
            String when,
            List<String> keys,
            Predicate<Settings> holds,
            String because,
            String instead) {
        return new Rule(Command.of(commands), Effect.REFUSED, when, keys, holds, because, instead);
    }

    static Rule notice(String commands, String when, List<String> keys, Predicate<Settings> holds, String because) {
        return new Rule(Command.of(commands), Effect.NOTICE, when, keys, holds, because, "");
    }

    String message() {
        return instead.isEmpty() ? because : because + "; " + instead;
    }

    /** The setting to point at: the first of the keys that somebody set, else the first. */
    Setting blamed(Settings settings) {
        return keys.stream()
                .map(settings::get)
                .filter(Setting::given)
                .findFirst()
                .orElseGet(() -> settings.get(keys.getFirst()));
    }
}
