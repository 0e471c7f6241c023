package dev.lathe.text.jinja;

import dev.lathe.base.PythonJson;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Optional;

/** Jinja2's filters, tojson being transformers'. Those of HTML pages (urlize, xmlattr, ...) and random are left out. */
final class Filters {
    private static final Table ALL = Table.of(
            TextFilters.ALL,
            SequenceFilters.ALL,
            SelectionFilters.ALL,
            new Table(
                    new Native("default", "value default_value? boolean?", Filters::otherwise),
                    new Native("d", "value default_value? boolean?", Filters::otherwise),
                    new Native("abs", "value", (runtime, in) -> absolute(in.get("value"))),
                    new Native("int", "value default? base?", Filters::integer),
                    new Native("float", "value default?", Filters::real),
                    new Native("round", "value precision? method?", (runtime, in) -> rounded(in)),
                    new Native("attr", "value name", (runtime, in) -> new Lookup(runtime.budget())
                            .ownAttribute(in.get("value"), in.text("name"))),
                    new Native("tojson", "value ensure_ascii? indent? separators? sort_keys?", JsonText::filter)));

    private Filters() {}

    /** {@code arguments} begin with the value. */
    static Value apply(Runtime runtime, String name, Arguments arguments) {
        return ALL.find(name)
                .orElseThrow(() -> new Failure("there is no filter %s in Lathe's Jinja".formatted(name)))
                .call(runtime, arguments);
    }

    static boolean exists(String name) {
        return ALL.find(name).isPresent();
    }

    private static Value otherwise(Runtime runtime, Bound in) {
        Value value = in.get("value");
        boolean missing = value instanceof Value.Undefined || (in.truth("boolean") && !value.truth());
        return missing ? in.find("default_value").orElse(Value.of("")) : value;
    }

    private static Value absolute(Value value) {
        if (value instanceof Value.Real(double number)) {
            return new Value.Real(Math.abs(number));
        }
        return new Value.Int(Numbers.whole(value).abs());
    }

    private static Value integer(Runtime runtime, Bound in) {
        Value otherwise = in.find("default").orElse(new Value.Int(0));
        int base = in.integer("base", 10);
        return switch (in.get("value")) {
            case Value.Undefined(String problem) -> throw new Failure(problem);
            case Value.Str(String text, boolean markup) -> {
                runtime.budget().number(Math.min(runtime.budget().text(text.length()), 4300));
                yield Numbers.parsedInteger(text, base)
                        .or(() -> Numbers.parsedReal(text)
                                .filter(Double::isFinite)
                                .map(Numbers::truncated))
                        .orElse(otherwise);
            }
            case Value.Real(double number) -> Double.isFinite(number) ? Numbers.truncated(number) : otherwise;
            case Value value ->
                Numbers.integer(value).<Value>map(Value.Int::new).orElse(otherwise);
        };
    }

    private static Value real(Runtime runtime, Bound in) {
        Value otherwise = in.find("default").orElse(new Value.Real(0));
        return switch (in.get("value")) {
            case Value.Undefined(String problem) -> throw new Failure(problem);
            case Value.Str(String text, boolean markup) ->
                Numbers.parsedReal(text).<Value>map(Value.Real::new).orElse(otherwise);
            case Value value -> Numbers.isNumber(value) ? new Value.Real(Numbers.real(value)) : otherwise;
        };
    }

    private static Value rounded(Bound in) {
        int places = Math.clamp(in.integer("precision", 0), -400, 400);
        String method = in.givenText("method").orElse("common");
        Value value = in.get("value");
        if (method.equals("common")) {
            return common(value, places);
        }
        double scale = Math.pow(10, places);
        double scaled = Numbers.real(value) * scale;
        return switch (method) {
            case "ceil" -> new Value.Real(Math.ceil(scaled) / scale);
            case "floor" -> new Value.Real(Math.floor(scaled) / scale);
            default -> throw new Failure("round: the method has to be common, ceil or floor");
        };
    }

    private static Value common(Value value, int places) {
        Optional<BigInteger> whole = Numbers.integer(value);
        if (whole.isPresent()) {
            return new Value.Int(new BigDecimal(whole.get())
                    .setScale(Math.min(places, 0), RoundingMode.HALF_EVEN)
                    .toBigInteger());
        }
        return new Value.Real(PythonJson.round(Numbers.real(value), places));
    }
}
