package dev.lathe.run.config;

import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** The effective values of all keys, each of its key's type. Asking for a key by the wrong type is a mistake in Lathe. */
record Settings(Map<String, Setting> settings) {
    Setting get(String key) {
        Setting setting = settings.get(key);
        if (setting == null) {
            throw new IllegalArgumentException("keys.txt has no " + key);
        }
        return setting;
    }

    Collection<Setting> all() {
        return settings.values();
    }

    boolean given(String key) {
        return get(key).given();
    }

    /** Given, and neither null nor false nor zero nor empty. */
    boolean on(String key) {
        return !get(key).value().off();
    }

    boolean is(String key, String... words) {
        return List.of(words).contains(get(key).value().shown());
    }

    String text(String key) {
        return get(key).value() instanceof Value.Text(String text) ? text : wrong(key);
    }

    Optional<String> optionalText(String key) {
        return get(key).value() instanceof Value.Text(String text) && !text.isEmpty()
                ? Optional.of(text)
                : Optional.empty();
    }

    Optional<Path> optionalPath(String key) {
        return optionalText(key).map(Path::of);
    }

    boolean flag(String key) {
        return get(key).value() instanceof Value.Flag(boolean on) ? on : wrong(key);
    }

    Optional<Boolean> optionalFlag(String key) {
        return get(key).value() instanceof Value.Flag(boolean on) ? Optional.of(on) : Optional.empty();
    }

    int whole(String key) {
        return get(key).value() instanceof Value.Whole(long number) ? Math.toIntExact(number) : wrong(key);
    }

    OptionalInt optionalWhole(String key) {
        return get(key).value() instanceof Value.Whole(long number)
                ? OptionalInt.of(Math.toIntExact(number))
                : OptionalInt.empty();
    }

    OptionalLong optionalLong(String key) {
        return get(key).value() instanceof Value.Whole(long number) ? OptionalLong.of(number) : OptionalLong.empty();
    }

    double number(String key) {
        return switch (get(key).value()) {
            case Value.Whole(long number) -> number;
            case Value.Decimal(double number) -> number;
            default -> wrong(key);
        };
    }

    OptionalDouble optionalNumber(String key) {
        return switch (get(key).value()) {
            case Value.Whole(long number) -> OptionalDouble.of(number);
            case Value.Decimal(double number) -> OptionalDouble.of(number);
            default -> OptionalDouble.empty();
        };
    }

    /** A strategy key with the key that holds its steps. */
    When when(String strategy, String steps) {
        return switch (text(strategy)) {
            case "steps" -> new When.EachSteps(StepCount.of(number(steps)));
            case "epoch" -> new When.EachEpoch();
            default -> new When.Never();
        };
    }

    /** The names of a list; none when it is null. */
    List<String> names(String key) {
        return get(key).value() instanceof Value.Items(List<Located> items)
                ? items.stream().map(item -> item.value().shown()).toList()
                : List.of();
    }

    /** The numbers of a list, of which every item is one (a rule saw to that). */
    List<Double> numbers(String key) {
        return names(key).stream().map(Double::valueOf).toList();
    }

    private <T> T wrong(String key) {
        throw new IllegalStateException("%s is %s, of another type than asked for".formatted(key, get(key).value()));
    }
}
