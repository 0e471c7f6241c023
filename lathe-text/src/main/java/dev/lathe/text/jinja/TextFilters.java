package dev.lathe.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Filters that make a text of what they get. */
final class TextFilters {
    private static final Pattern WORD = Pattern.compile("\\w+", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern WORD_BEGIN = Pattern.compile("[-\\s({\\[<]+", Pattern.UNICODE_CHARACTER_CLASS);

    static final Table ALL = new Table(
            method("upper", "value", "upper"),
            method("lower", "value", "lower"),
            method("capitalize", "value", "capitalize"),
            method("trim", "value chars?", "strip"),
            new Native(
                    "center",
                    "value width?",
                    (runtime, in) -> call(
                            runtime,
                            "center",
                            soft(runtime, in),
                            in.find("width").orElse(new Value.Int(80)))),
            new Native("title", "value", (runtime, in) -> Value.of(title(text(runtime, in)))),
            new Native("string", "value", TextFilters::soft),
            new Native("safe", "value", (runtime, in) -> new Value.Str(text(runtime, in), true)),
            new Native("escape", "value", TextFilters::escaped),
            new Native("e", "value", TextFilters::escaped),
            new Native(
                    "forceescape",
                    "value",
                    (runtime, in) -> new Value.Str(PythonText.escaped(sixTimes(runtime, text(runtime, in))), true)),
            new Native(
                    "replace",
                    "value old new count?",
                    (runtime, in) -> Value.of(new Search(runtime.budget())
                            .replaced(
                                    text(runtime, in),
                                    shown(runtime, in.get("old")),
                                    shown(runtime, in.get("new")),
                                    in.integer("count", -1)))),
            new Native("indent", "value width? first? blank?", TextFilters::indented),
            new Native("truncate", "value length? killwords? end? leeway?", TextFilters::truncated),
            new Native(
                    "wordcount",
                    "value",
                    (runtime, in) -> new Value.Int(
                            WORD.matcher(text(runtime, in)).results().count())),
            new Native("format", "/value *", (runtime, in) -> new Formatting(runtime)
                    .percent((Value.Str) soft(runtime, in), formatted(in.rest()))),
            new Native("join", "value d? attribute?", TextFilters::joined));

    private TextFilters() {}

    /** A filter that is a method of its text. */
    private static Native method(String name, String parameters, String method) {
        return new Native(name, parameters, (runtime, in) -> {
            List<Value> more = in.given("chars").map(List::of).orElse(List.of());
            return call(runtime, method, soft(runtime, in), more.toArray(Value[]::new));
        });
    }

    private static Value call(Runtime runtime, String method, Value self, Value... more) {
        return StringMethods.ALL
                .find(method)
                .orElseThrow()
                .call(runtime, new Arguments(List.of(more), Map.of()).after(self));
    }

    private static String shown(Runtime runtime, Value value) {
        return new Shown(runtime.budget()).text(value);
    }

    private static String text(Runtime runtime, Bound in) {
        String text = shown(runtime, in.get("value"));
        runtime.budget().text(text.length());
        return text;
    }

    /** A text as it is, markup or not, and anything else as text. */
    private static Value soft(Runtime runtime, Bound in) {
        return in.get("value") instanceof Value.Str text ? text : Value.of(text(runtime, in));
    }

    private static String sixTimes(Runtime runtime, String text) {
        runtime.budget().text(text.length() * 6L);
        return text;
    }

    private static Value escaped(Runtime runtime, Bound in) {
        return in.get("value") instanceof Value.Str text && text.markup()
                ? text
                : new Value.Str(PythonText.escaped(sixTimes(runtime, text(runtime, in))), true);
    }

    private static String title(String text) {
        StringBuilder out = new StringBuilder(text.length());
        int from = 0;
        Matcher begin = WORD_BEGIN.matcher(text);
        while (begin.find()) {
            part(out, text.substring(from, begin.start()));
            out.append(begin.group());
            from = begin.end();
        }
        part(out, text.substring(from));
        return out.toString();
    }

    private static void part(StringBuilder out, String word) {
        if (!word.isEmpty()) {
            int first = word.offsetByCodePoints(0, 1);
            out.append(word.substring(0, first).toUpperCase(Locale.ROOT))
                    .append(word.substring(first).toLowerCase(Locale.ROOT));
        }
    }

    private static Value formatted(Arguments arguments) {
        if (arguments.named().isEmpty()) {
            return new Value.Tuple(arguments.positional());
        }
        Dict named = new Dict();
        arguments.named().forEach((name, value) -> named.put(Value.of(name), value));
        return named;
    }

    private static Value indented(Runtime runtime, Bound in) {
        boolean markup = soft(runtime, in) instanceof Value.Str text && text.markup();
        String indent = in.find("width").orElse(new Value.Int(4)) instanceof Value.Str(String text, boolean m)
                ? text
                : " ".repeat(runtime.budget().text(Math.max(0, in.integer("width", 4))));
        // The newline makes an empty last line one that counts, as in Jinja.
        List<String> lines = PythonText.lines(text(runtime, in) + "\n", false, runtime.budget());
        runtime.budget().list(lines.size());
        runtime.budget().text((long) indent.length() * lines.size());
        boolean blank = in.truth("blank");
        List<String> moved = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            boolean move = i == 0 ? in.truth("first") : blank || !line.isEmpty();
            moved.add(move ? indent + line : line);
        }
        return new Value.Str(StringMethods.join(runtime.budget(), "\n", moved), markup);
    }

    private static Value truncated(Runtime runtime, Bound in) {
        String text = text(runtime, in);
        String end = in.givenText("end").orElse("...");
        int length = in.integer("length", 255);
        int whole = PythonText.length(text);
        int kept = length - PythonText.length(end);
        if (kept < 0) {
            throw new Failure("truncate: the length has to be at least that of the end");
        }
        if (whole <= (long) length + in.integer("leeway", 5)) {
            return Value.of(text);
        }
        String cut = text.substring(0, text.offsetByCodePoints(0, kept));
        int blank = cut.lastIndexOf(' ');
        return Value.of((in.truth("killwords") || blank < 0 ? cut : cut.substring(0, blank)) + end);
    }

    private static Value joined(Runtime runtime, Bound in) {
        List<String> parts = new ArrayList<>();
        for (Value value : new Walk(runtime.budget()).list(in.get("value"))) {
            Value part = in.given("attribute")
                    .map(attribute ->
                            Attributes.of(runtime, attribute, Optional.empty()).of(value))
                    .orElse(value);
            parts.add(shown(runtime, part));
        }
        String separator = in.find("d").map(d -> shown(runtime, d)).orElse("");
        return Value.of(StringMethods.join(runtime.budget(), separator, parts));
    }
}
