package dev.lathe.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;

/** Python's methods of a string. What comes of markup is markup, and escapes what it takes in. */
final class StringMethods {
    static final Table ALL = Table.of(
            SearchMethods.ALL,
            CharacterTests.ALL,
            new Table(
                    text("upper", "self", (runtime, in) -> self(in).toUpperCase(Locale.ROOT)),
                    text("lower", "self", (runtime, in) -> self(in).toLowerCase(Locale.ROOT)),
                    text("casefold", "self", (runtime, in) -> self(in).toUpperCase(Locale.ROOT)
                            .toLowerCase(Locale.ROOT)),
                    text("title", "self", (runtime, in) -> PythonText.title(self(in))),
                    text("capitalize", "self", (runtime, in) -> capitalized(self(in))),
                    text("swapcase", "self", (runtime, in) -> swapped(self(in))),
                    text("strip", "self chars?", (runtime, in) -> strip(in, true, true)),
                    text("lstrip", "self chars?", (runtime, in) -> strip(in, true, false)),
                    text("rstrip", "self chars?", (runtime, in) -> strip(in, false, true)),
                    text(
                            "removeprefix",
                            "self prefix",
                            (runtime, in) -> self(in).startsWith(in.text("prefix"))
                                    ? self(in).substring(in.text("prefix").length())
                                    : self(in)),
                    text(
                            "removesuffix",
                            "self suffix",
                            (runtime, in) -> self(in).endsWith(in.text("suffix"))
                                    ? self(in).substring(
                                                    0,
                                                    self(in).length()
                                                            - in.text("suffix").length())
                                    : self(in)),
                    text("replace", "self old new count?", (runtime, in) -> new Search(runtime.budget())
                            .replaced(self(in), in.text("old"), taken(in, in.get("new")), in.integer("count", -1))),
                    text("center", "self width fill?", (runtime, in) -> {
                        int room = room(runtime, in);
                        int width = in.integer("width");
                        int left = room / 2 + (room & width & 1);
                        return fill(in).repeat(left) + self(in) + fill(in).repeat(room - left);
                    }),
                    text("ljust", "self width fill?", (runtime, in) -> self(in) + fill(in).repeat(room(runtime, in))),
                    text("rjust", "self width fill?", (runtime, in) -> fill(in).repeat(room(runtime, in)) + self(in)),
                    text("zfill", "self width", (runtime, in) -> {
                        int sign = self(in).startsWith("+") || self(in).startsWith("-") ? 1 : 0;
                        return self(in).substring(0, sign) + "0".repeat(room(runtime, in)) + self(in).substring(sign);
                    }),
                    text("expandtabs", "self tabsize?", StringMethods::expanded),
                    text("join", "self iterable", StringMethods::joined),
                    new Native("encode", "/self *", (runtime, in) -> {
                        throw new Failure("encode() makes bytes, which Lathe's Jinja does not have");
                    }),
                    new Native("format", "/self *", (runtime, in) -> new Formatting(runtime)
                            .format((Value.Str) in.get("self"), in.rest())),
                    list("split", "self sep? maxsplit?", (runtime, in) -> split(runtime, in, false)),
                    list("rsplit", "self sep? maxsplit?", (runtime, in) -> split(runtime, in, true)),
                    list("splitlines", "self keepends?", (runtime, in) -> {
                        runtime.budget().text(self(in).length());
                        return PythonText.lines(self(in), in.truth("keepends"), runtime.budget());
                    })));

    private StringMethods() {}

    private interface Texts<T> {
        T of(Runtime runtime, Bound in);
    }

    /** A method that gives a text about as long as the one it has. */
    private static Native text(String name, String parameters, Texts<String> body) {
        return new Native(name, parameters, (runtime, in) -> {
            runtime.budget().text(self(in).length());
            return new Value.Str(body.of(runtime, in), markup(in));
        });
    }

    private static Native list(String name, String parameters, Texts<List<String>> body) {
        return new Native(name, parameters, (runtime, in) -> {
            List<String> parts = body.of(runtime, in);
            runtime.budget().list(parts.size());
            boolean markup = markup(in);
            return new Value.Items(parts.stream()
                    .<Value>map(part -> new Value.Str(part, markup))
                    .toList());
        });
    }

    static String self(Bound in) {
        return ((Value.Str) in.get("self")).text();
    }

    private static boolean markup(Bound in) {
        return ((Value.Str) in.get("self")).markup();
    }

    private static String taken(Bound in, Value value) {
        if (value instanceof Value.Str(String text, boolean markup)) {
            return markup(in) && !markup ? PythonText.escaped(text) : text;
        }
        throw new Failure("a str is needed, not " + value.type());
    }

    static String capitalized(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = text.codePointAt(0);
        return PythonText.inTitleCase(first)
                + text.substring(Character.charCount(first)).toLowerCase(Locale.ROOT);
    }

    private static String swapped(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            String one = Character.toString(c);
            out.append(
                    Character.isUpperCase(c)
                            ? one.toLowerCase(Locale.ROOT)
                            : Character.isLowerCase(c) ? one.toUpperCase(Locale.ROOT) : one);
        });
        return out.toString();
    }

    private static String strip(Bound in, boolean left, boolean right) {
        IntPredicate goes = in.givenText("chars")
                .<IntPredicate>map(chars -> c -> chars.indexOf(c) >= 0)
                .orElse(PythonText::isSpace);
        return PythonText.strip(self(in), goes, left, right);
    }

    private static String fill(Bound in) {
        String fill = in.givenText("fill").orElse(" ");
        if (PythonText.length(fill) != 1) {
            throw new Failure("what fills up has to be one character");
        }
        return fill;
    }

    /** How many characters are missing to the width. */
    private static int room(Runtime runtime, Bound in) {
        return runtime.budget().text(Math.max(0, in.integer("width") - (long) PythonText.length(self(in))));
    }

    private static String expanded(Runtime runtime, Bound in) {
        int size = Math.max(0, in.integer("tabsize", 8));
        long tabs = self(in).chars().filter(c -> c == '\t').count();
        runtime.budget().text(self(in).length() + tabs * size);
        StringBuilder out = new StringBuilder();
        int column = 0;
        for (int c : self(in).codePoints().toArray()) {
            if (c == '\t') {
                int blanks = size == 0 ? 0 : size - column % size;
                out.repeat(' ', blanks);
                column += blanks;
            } else {
                out.appendCodePoint(c);
                column = c == '\n' || c == '\r' ? 0 : column + 1;
            }
        }
        return out.toString();
    }

    private static String joined(Runtime runtime, Bound in) {
        List<String> parts = new ArrayList<>();
        for (Value part : new Walk(runtime.budget()).list(in.get("iterable"))) {
            if (part instanceof Value.Undefined(String problem)) {
                throw new Failure(problem);
            }
            parts.add(taken(in, part));
        }
        return join(runtime.budget(), self(in), parts);
    }

    static String join(Budget budget, String separator, List<String> parts) {
        long length = parts.stream().mapToLong(String::length).sum();
        budget.text(length + (long) separator.length() * parts.size());
        return String.join(separator, parts);
    }

    private static List<String> split(Runtime runtime, Bound in, boolean fromRight) {
        String text = self(in);
        int most = in.integer("maxsplit", -1);
        runtime.budget().text(text.length());
        if (in.given("sep").isEmpty()) {
            return fromRight
                    ? PythonText.wordsFromRight(text, most, runtime.budget())
                    : PythonText.words(text, most, runtime.budget());
        }
        String separator = in.text("sep");
        if (separator.isEmpty()) {
            throw new Failure("split(): empty separator");
        }
        Search search = new Search(runtime.budget());
        List<String> parts = new ArrayList<>();
        int from = 0;
        for (int place :
                fromRight ? search.placesFromRight(text, separator, most) : search.places(text, separator, most)) {
            parts.add(text.substring(from, place));
            from = place + separator.length();
        }
        parts.add(text.substring(from));
        return parts;
    }
}
