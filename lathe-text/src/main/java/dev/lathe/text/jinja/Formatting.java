package dev.lathe.text.jinja;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Python's {@code '%s' % value} and {@code '{}'.format(value)}. */
final class Formatting {
    private static final Pattern PERCENT = Pattern.compile(
            "%(?:\\(([^)]*)\\))?([-+ #0]*+)(\\*|\\d{0,7}+)(?:\\.(\\d{0,4}))?[hlL]?([diouxXeEfFgGcrsa%])");
    private static final Pattern FIELD =
            Pattern.compile("([^!:.\\[]*)((?:\\.[^.\\[!:]+|\\[[^]]+])*+)(?:!([rsa]))?(?::(.*))?");
    private static final int LONGEST_FIELD = 1000;
    private static final Pattern STEP = Pattern.compile("\\.([^.\\[]+)|\\[([^]]+)]");
    private static final Pattern SPEC =
            Pattern.compile("(?:(.)?([<>=^]))?([-+ ])?(#)?(0)?(\\d{0,7})([,_])?(?:\\.(\\d{1,4}))?([bcdeEfFgGnosxX%])?");

    private final Runtime runtime;
    private final Shown shown;

    Formatting(Runtime runtime) {
        this.runtime = runtime;
        this.shown = new Shown(runtime.budget());
    }

    Value percent(Value.Str format, Value argument) {
        List<Value> arguments = argument instanceof Value.Tuple tuple ? tuple.values() : List.of(argument);
        StringBuilder out =
                new StringBuilder(runtime.budget().text(format.text().length()));
        Matcher matcher = PERCENT.matcher(format.text());
        int used = 0;
        int at = 0;
        for (int place = format.text().indexOf('%');
                place >= 0;
                place = format.text().indexOf('%', at)) {
            out.append(format.text(), at, place);
            if (!matcher.region(place, format.text().length()).lookingAt()
                    || matcher.group(3).equals("*")) {
                throw new Failure("'%%' is followed by what is no format in %s".formatted(shown.repr(format)));
            }
            at = matcher.end();
            if (matcher.group(5).equals("%")) {
                out.append('%');
                continue;
            }
            Value value;
            if (matcher.group(1) != null) {
                value = new Lookup(runtime.budget()).item(argument, Value.of(matcher.group(1)));
            } else if (used < arguments.size()) {
                value = arguments.get(used++);
            } else {
                throw new Failure("not enough arguments for format string");
            }
            out.append(escaped(format, value, percent(matcher, value)));
            runtime.budget().text(out.length() / 8);
        }
        if (used < arguments.size()
                && !(argument instanceof Dict)
                && !(used == 0 && format.text().contains("%("))) {
            throw new Failure("not all arguments converted during string formatting");
        }
        return new Value.Str(out.append(format.text().substring(at)).toString(), format.markup());
    }

    private static String escaped(Value.Str format, Value value, String text) {
        boolean safe = value instanceof Value.Str part && part.markup();
        return format.markup() && !safe ? PythonText.escaped(text) : text;
    }

    private String percent(Matcher format, Value value) {
        String flags = format.group(2);
        char type = format.group(5).charAt(0);
        boolean text = "sra".indexOf(type) >= 0 || (type == 'c' && value instanceof Value.Str);
        char sign = flags.contains("+") ? '+' : flags.contains(" ") ? ' ' : '-';
        int precision =
                format.group(4) == null ? -1 : format.group(4).isEmpty() ? 0 : Integer.parseInt(format.group(4));
        runtime.budget().number(Math.max(0, precision));
        String body = text
                ? cut(converted(value, type), precision)
                : NumberFormat.of(percentNumber(value, type), type, precision, flags.contains("#"), sign);
        char align = flags.contains("-") ? '<' : flags.contains("0") && !text ? '=' : '>';
        return padded(body, align == '=' ? "0" : " ", align, format.group(3));
    }

    private static Value percentNumber(Value value, char type) {
        if (!Numbers.isNumber(value)) {
            throw value instanceof Value.Undefined(String problem)
                    ? new Failure(problem)
                    : new Failure("%%%s needs a number, not %s".formatted(type, value.type()));
        }
        return value instanceof Value.Real(double real) && "diu".indexOf(type) >= 0 ? Numbers.truncated(real) : value;
    }

    private String converted(Value value, char conversion) {
        return conversion == 'r' || conversion == 'a' ? shown.repr(value) : shown.text(value);
    }

    private static String cut(String text, int precision) {
        return precision < 0 || precision >= PythonText.length(text)
                ? text
                : text.substring(0, text.offsetByCodePoints(0, precision));
    }

    private String padded(String text, String fill, char align, String width) {
        int missing = (width.isEmpty() ? 0 : Integer.parseInt(width)) - PythonText.length(text);
        if (missing <= 0) {
            return text;
        }
        runtime.budget().text((long) missing + text.length());
        return switch (align) {
            case '<' -> text + fill.repeat(missing);
            case '^' -> fill.repeat(missing / 2) + text + fill.repeat(missing - missing / 2);
            case '=' -> {
                int sign = "+- ".indexOf(text.charAt(0)) >= 0 ? 1 : 0;
                yield text.substring(0, sign) + fill.repeat(missing) + text.substring(sign);
            }
            default -> fill.repeat(missing) + text;
        };
    }

    Value format(Value.Str format, Arguments arguments) {
        String text = format.text();
        StringBuilder out = new StringBuilder(runtime.budget().text(text.length()));
        int automatic = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c == '{' || c == '}') && i + 1 < text.length() && text.charAt(i + 1) == c) {
                out.append(c);
                i++;
            } else if (c == '{') {
                int close = text.indexOf('}', i);
                Matcher field = FIELD.matcher(close < 0 ? "\n" : text.substring(i + 1, close));
                if (close - i > LONGEST_FIELD || !field.matches()) {
                    throw new Failure("format(): what stands in braces is no field");
                }
                boolean next = field.group(1).isEmpty() && field.group(2).isEmpty();
                String name = next ? String.valueOf(automatic++) : field.group(1);
                Value value = reached(named(name, arguments), field.group(2));
                out.append(escaped(format, value, formatted(value, field)));
                runtime.budget().text(out.length() / 8);
                i = close;
            } else if (c == '}') {
                throw new Failure("format(): a } without its {");
            } else {
                out.append(c);
            }
        }
        return new Value.Str(out.toString(), format.markup());
    }

    private static Value named(String name, Arguments arguments) {
        if (name.matches("\\d{1,6}")) {
            List<Value> positional = arguments.positional();
            int place = Integer.parseInt(name);
            if (place >= positional.size()) {
                throw new Failure("format(): there is no argument number " + place);
            }
            return positional.get(place);
        }
        return Optional.ofNullable(arguments.named().get(name))
                .orElseThrow(() -> new Failure("format(): there is no argument " + name));
    }

    private Value reached(Value start, String path) {
        Value value = start;
        Lookup lookup = new Lookup(runtime.budget());
        Matcher step = STEP.matcher(path);
        while (step.find()) {
            String index = step.group(2);
            value = index == null
                    ? lookup.attribute(value, step.group(1))
                    : lookup.item(value, Numbers.parsedInteger(index, 10).orElse(Value.of(index)));
        }
        return value;
    }

    private String formatted(Value value, Matcher field) {
        String spec = Optional.ofNullable(field.group(4)).orElse("");
        Optional<Value> text =
                Optional.ofNullable(field.group(3)).map(how -> Value.of(converted(value, how.charAt(0))));
        return spec.isEmpty() ? shown.text(text.orElse(value)) : formatted(text.orElse(value), spec);
    }

    private String formatted(Value value, String spec) {
        Matcher parts = SPEC.matcher(spec);
        boolean number = Numbers.isNumber(value) && !(value instanceof Value.Bool && !spec.matches(".*[a-zA-Z%]"));
        if (!parts.matches() || !(number || value instanceof Value.Str)) {
            throw new Failure("format(): %s is no format for %s".formatted(spec, value.type()));
        }
        int precision = parts.group(8) == null ? -1 : Integer.parseInt(parts.group(8));
        char type = parts.group(9) == null ? ' ' : parts.group(9).charAt(0);
        char sign = parts.group(3) == null ? '-' : parts.group(3).charAt(0);
        runtime.budget().number(Math.max(0, precision));
        if (number ? type == 's' : " s".indexOf(type) < 0) {
            throw new Failure("format(): %s is no format for %s".formatted(spec, value.type()));
        }
        String body = number
                ? NumberFormat.grouped(
                        NumberFormat.of(value, type, precision, parts.group(4) != null, sign),
                        Optional.ofNullable(parts.group(7)).orElse(""))
                : cut(shown.text(value), precision);
        boolean zeros = parts.group(5) != null;
        String fill = Optional.ofNullable(parts.group(1)).orElse(zeros ? "0" : " ");
        char align = parts.group(2) != null ? parts.group(2).charAt(0) : !number ? '<' : zeros ? '=' : '>';
        return padded(body, fill, align, parts.group(6));
    }
}
