package dev.lathe.text.jinja;

import java.util.List;
import java.util.Optional;

/** Python's methods that look for one string in another; {@code start} and {@code end} are as in a slice. */
final class SearchMethods {
    private static final String PARAMETERS = "self part start? end?";

    static final Table ALL = new Table(
            new Native(
                    "startswith",
                    PARAMETERS,
                    (runtime, in) -> Value.of(section(runtime, in)
                            .filter(section -> anyOf(runtime, in, section, true))
                            .isPresent())),
            new Native(
                    "endswith",
                    PARAMETERS,
                    (runtime, in) -> Value.of(section(runtime, in)
                            .filter(section -> anyOf(runtime, in, section, false))
                            .isPresent())),
            new Native("find", PARAMETERS, (runtime, in) -> new Value.Int(found(runtime, in, false))),
            new Native("rfind", PARAMETERS, (runtime, in) -> new Value.Int(found(runtime, in, true))),
            new Native("index", PARAMETERS, (runtime, in) -> sure(found(runtime, in, false))),
            new Native("rindex", PARAMETERS, (runtime, in) -> sure(found(runtime, in, true))),
            new Native("count", PARAMETERS, (runtime, in) -> new Value.Int(count(runtime, in))),
            new Native("partition", "self sep", (runtime, in) -> partition(runtime, in, false)),
            new Native("rpartition", "self sep", (runtime, in) -> partition(runtime, in, true)));

    private SearchMethods() {}

    /** {@code from}: how many characters of the whole stand before the text. */
    private record Section(String text, int from) {}

    /** Empty where the section begins behind the end, in which not even an empty text is found. */
    private static Optional<Section> section(Runtime runtime, Bound in) {
        String text = StringMethods.self(in);
        if (in.given("start").isEmpty() && in.given("end").isEmpty()) {
            return Optional.of(new Section(text, 0));
        }
        runtime.budget().text(text.length());
        int length = PythonText.length(text);
        long start = fromLeft(in.integer("start", 0), length);
        long end = Math.min(fromLeft(in.integer("end", length), length), length);
        if (start > length || start > end) {
            return Optional.empty();
        }
        int from = text.offsetByCodePoints(0, (int) start);
        int to = text.offsetByCodePoints(from, (int) (end - start));
        return Optional.of(new Section(text.substring(from, to), (int) start));
    }

    private static long fromLeft(int place, int length) {
        return place < 0 ? Math.max(0, (long) place + length) : place;
    }

    private static boolean anyOf(Runtime runtime, Bound in, Section section, boolean prefix) {
        List<Value> parts = in.get("part") instanceof Value.Tuple tuple ? tuple.values() : List.of(in.get("part"));
        return parts.stream().anyMatch(part -> {
            if (!(part instanceof Value.Str(String text, boolean markup))) {
                throw new Failure("startswith and endswith take a str or a tuple of them, not " + part.type());
            }
            runtime.budget().read(text.length());
            return prefix ? section.text().startsWith(text) : section.text().endsWith(text);
        });
    }

    private static int found(Runtime runtime, Bound in, boolean last) {
        Optional<Section> section = section(runtime, in);
        if (section.isEmpty()) {
            return -1;
        }
        String text = section.get().text();
        int at = place(runtime, text, in.text("part"), last);
        return at < 0 ? -1 : section.get().from() + text.codePointCount(0, at);
    }

    private static int place(Runtime runtime, String text, String part, boolean last) {
        Search search = new Search(runtime.budget());
        if (!last) {
            return search.indexOf(text, part, 0);
        }
        List<Integer> places = search.placesFromRight(text, part, 1);
        return places.isEmpty() ? -1 : places.getFirst();
    }

    private static Value sure(int place) {
        if (place < 0) {
            throw new Failure("substring not found");
        }
        return new Value.Int(place);
    }

    private static int count(Runtime runtime, Bound in) {
        String part = in.text("part");
        return section(runtime, in)
                .map(section -> part.isEmpty()
                        ? PythonText.length(section.text()) + 1
                        : new Search(runtime.budget())
                                .places(section.text(), part, -1)
                                .size())
                .orElse(0);
    }

    private static Value partition(Runtime runtime, Bound in, boolean last) {
        String text = StringMethods.self(in);
        String separator = in.text("sep");
        if (separator.isEmpty()) {
            throw new Failure("empty separator");
        }
        runtime.budget().text(text.length());
        int at = place(runtime, text, separator, last);
        List<String> parts = at >= 0
                ? List.of(text.substring(0, at), separator, text.substring(at + separator.length()))
                : last ? List.of("", "", text) : List.of(text, "", "");
        return new Value.Tuple(parts.stream().<Value>map(Value::of).toList());
    }
}
