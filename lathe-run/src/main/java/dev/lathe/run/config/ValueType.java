package dev.lathe.run.config;

import dev.lathe.base.NearestNames;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The type of a key, with its bounds, as the table writes it: {@code int? >=1}, {@code choice pt sft / dpo}. Reading takes
 * what the reference takes where it can mean one thing only ({@code "5"} for a number, {@code no} for the word no), and
 * refuses the rest, where the reference would go on with a value of the wrong type.
 */
record ValueType(Kind kind, boolean nullable, List<Bound> bounds, List<String> choices, List<String> later) {
    enum Kind {
        TEXT("text"),
        SECRET("text"),
        INT("a whole number"),
        FLOAT("a number"),
        STEPS("a number of steps"),
        BOOL("true or false"),
        FLAGTEXT("text, true or false"),
        LIST("names with commas between them, or a list"),
        MAP("a mapping such as {min_lr: 1e-5}"),
        CHOICE("one of the words listed"),
        ANY("anything");

        final String words;

        Kind(String words) {
            this.words = words;
        }
    }

    /** A bound on a number: one of {@code >= > <= <}. */
    record Bound(String sign, double limit) {
        boolean holds(double number) {
            return switch (sign) {
                case ">=" -> number >= limit;
                case ">" -> number > limit;
                case "<=" -> number <= limit;
                default -> number < limit;
            };
        }

        String words() {
            boolean whole = limit == Math.rint(limit) && Math.abs(limit) < 1e15;
            String size = whole ? Long.toString((long) limit) : new Value.Decimal(limit).shown();
            return switch (sign) {
                case ">=" -> "at least " + size;
                case ">" -> "above " + size;
                case "<=" -> "at most " + size;
                default -> "below " + size;
            };
        }
    }

    /** What became of a written value. */
    sealed interface Reading {
        record Good(Value value) implements Reading {}

        record Bad(String message) implements Reading {}
    }

    private static final Set<String> YES = Set.of("true", "yes", "on");
    private static final Set<String> NO = Set.of("false", "no", "off");

    static ValueType parse(String written) {
        String[] words = written.split(" ");
        boolean nullable = words[0].endsWith("?");
        Kind kind = Kind.valueOf(words[0].replace("?", "").toUpperCase(Locale.ROOT));
        List<Bound> bounds = new ArrayList<>();
        List<String> choices = new ArrayList<>();
        List<String> later = new ArrayList<>();
        List<String> into = choices;
        for (String word : List.of(words).subList(1, words.length)) {
            if (word.equals("/")) {
                into = later;
            } else if (word.startsWith(">") || word.startsWith("<")) {
                String sign = word.replaceAll("[^<>=]", "");
                bounds.add(new Bound(sign, Double.parseDouble(word.substring(sign.length()))));
            } else {
                into.add(word);
            }
        }
        return new ValueType(kind, nullable, List.copyOf(bounds), List.copyOf(choices), List.copyOf(later));
    }

    Reading read(Located located) {
        Value value = located.value();
        if (value instanceof Value.Nothing) {
            return nullable || kind == Kind.ANY
                    ? new Reading.Good(value)
                    : bad("must be %s; leave the line out for the default".formatted(kind.words));
        }
        return switch (kind) {
            case TEXT, SECRET -> text(located);
            case INT, FLOAT, STEPS -> number(value);
            case BOOL -> flag(value);
            case FLAGTEXT -> value instanceof Value.Flag ? new Reading.Good(value) : text(located);
            case CHOICE -> choice(located.written());
            case LIST -> list(located);
            case MAP -> map(located);
            case ANY -> new Reading.Good(value);
        };
    }

    /** Whether the value is a word that Lathe knows but cannot do yet. */
    boolean notYet(Value value) {
        return switch (value) {
            case Value.Text(String text) -> later.contains(text);
            case Value.Items(List<Located> items) -> items.stream().anyMatch(item -> notYet(item.value()));
            default -> false;
        };
    }

    private Reading text(Located located) {
        return switch (located.value()) {
            case Value.Items ignored -> bad("must be text, not a list");
            case Value.Fields ignored -> bad("must be text, not a mapping");
            case Value.Text text -> new Reading.Good(text);
            default -> new Reading.Good(new Value.Text(located.written()));
        };
    }

    private Reading number(Value value) {
        Value number = value instanceof Value.Text(String text) ? YamlScalars.read(text.strip()) : value;
        double size;
        switch (number) {
            case Value.Whole(long whole) -> size = whole;
            case Value.Decimal(double decimal) when Double.isFinite(decimal) -> size = decimal;
            default -> {
                return bad("must be " + kind.words);
            }
        }
        boolean integral = size == Math.rint(size);
        if (kind == Kind.INT && !integral) {
            return bad("must be a whole number");
        }
        if (kind == Kind.STEPS && (size < 0 || size > 1 && !integral || size > Integer.MAX_VALUE)) {
            return bad("must be a whole number of steps, or a share of all steps between 0 and 1");
        }
        boolean bounded = bounds.stream().anyMatch(bound -> bound.sign().startsWith("<"));
        if (kind == Kind.INT && !bounded && Math.abs(size) > Integer.MAX_VALUE) {
            return bad("is too large");
        }
        List<String> broken = bounds.stream()
                .filter(bound -> !bound.holds(size))
                .map(Bound::words)
                .toList();
        if (!broken.isEmpty()) {
            return bad("must be " + String.join(" and ", broken));
        }
        return new Reading.Good(kind == Kind.INT ? new Value.Whole((long) size) : number);
    }

    private static Reading flag(Value value) {
        return switch (value) {
            case Value.Flag flag -> new Reading.Good(flag);
            case Value.Whole(long number)
            when number == 0 || number == 1 -> new Reading.Good(new Value.Flag(number == 1));
            case Value.Text(String text)
            when YES.contains(text.toLowerCase(Locale.ROOT)) -> new Reading.Good(new Value.Flag(true));
            case Value.Text(String text)
            when NO.contains(text.toLowerCase(Locale.ROOT)) -> new Reading.Good(new Value.Flag(false));
            default -> bad("must be true or false");
        };
    }

    private Reading choice(String word) {
        if (choices.contains(word) || later.contains(word)) {
            return new Reading.Good(new Value.Text(word));
        }
        return bad(NearestNames.meant(
                        word, Stream.concat(choices.stream(), later.stream()).toList())
                .map(near -> "no such choice; did you mean %s?".formatted(near))
                .orElseGet(() -> "must be one of " + String.join(", ", choices)));
    }

    private Reading list(Located located) {
        List<Located> parts = new ArrayList<>();
        switch (located.value()) {
            case Value.Items(List<Located> items) -> parts.addAll(items);
            case Value.Fields ignored -> {
                return bad("must be names with commas between them");
            }
            default -> {
                for (String part : located.written().split(",", -1)) {
                    if (!part.isBlank()) {
                        parts.add(new Located(new Value.Text(part.strip()), located.origin(), part.strip()));
                    }
                }
            }
        }
        List<Located> names = new ArrayList<>();
        for (Located part : parts) {
            Reading reading = choices.isEmpty() ? text(part) : choice(part.written());
            switch (reading) {
                case Reading.Good(Value value) -> names.add(part.with(value));
                case Reading.Bad bad -> {
                    return bad;
                }
            }
        }
        return new Reading.Good(new Value.Items(List.copyOf(names)));
    }

    private static Reading map(Located located) {
        Value value = located.value();
        if (value instanceof Value.Text(String text) && text.strip().startsWith("{")) {
            value = YamlReader.argument(text, located.written()).value();
        }
        return value instanceof Value.Fields ? new Reading.Good(value) : bad("must be " + Kind.MAP.words);
    }

    private static Reading bad(String message) {
        return new Reading.Bad(message);
    }
}
