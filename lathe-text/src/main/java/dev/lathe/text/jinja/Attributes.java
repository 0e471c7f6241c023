package dev.lathe.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** What filters take from each element: {@code 'function.name'} or a place, and texts in small letters where cases are one. */
final class Attributes {
    private static final Pattern DIGITS = Pattern.compile("\\d{1,9}");

    private final Lookup lookup;
    private final List<Value> path = new ArrayList<>();
    private final Optional<Value> otherwise;
    private final boolean smallLetters;

    private Attributes(Budget budget, Optional<Value> attribute, Optional<Value> otherwise, boolean smallLetters) {
        this.lookup = new Lookup(budget);
        this.otherwise = otherwise;
        this.smallLetters = smallLetters;
        attribute.ifPresent(value -> {
            if (value instanceof Value.Str(String text, boolean markup)) {
                for (String part : text.split("\\.", -1)) {
                    path.add(DIGITS.matcher(part).matches() ? new Value.Int(Long.parseLong(part)) : Value.of(part));
                }
            } else {
                path.add(value);
            }
        });
    }

    /** {@code otherwise}: in the place of what is not there. */
    static Attributes of(Runtime runtime, Value attribute, Optional<Value> otherwise) {
        return new Attributes(runtime.budget(), Optional.of(attribute), otherwise, false);
    }

    /** As the arguments attribute, default and case_sensitive say. */
    static Attributes of(Runtime runtime, Bound in) {
        return new Attributes(
                runtime.budget(), in.given("attribute"), in.given("default"), !in.truth("case_sensitive"));
    }

    /** One for each of the attributes that commas separate. */
    static List<Attributes> several(Runtime runtime, Bound in) {
        boolean smallLetters = !in.truth("case_sensitive");
        if (in.given("attribute").orElse(Value.None.NONE) instanceof Value.Str(String names, boolean markup)) {
            List<Attributes> several = new ArrayList<>();
            for (String name : names.split(",", -1)) {
                several.add(
                        new Attributes(runtime.budget(), Optional.of(Value.of(name)), Optional.empty(), smallLetters));
            }
            return several;
        }
        return List.of(new Attributes(runtime.budget(), in.given("attribute"), Optional.empty(), smallLetters));
    }

    Value of(Value element) {
        Value value = element;
        for (Value part : path) {
            value = lookup.item(value, part);
            if (value instanceof Value.Undefined && otherwise.isPresent()) {
                value = otherwise.get();
            }
        }
        return smallLetters ? inSmallLetters(value) : value;
    }

    static Value inSmallLetters(Value value) {
        return value instanceof Value.Str(String text, boolean markup)
                ? new Value.Str(text.toLowerCase(Locale.ROOT), markup)
                : value;
    }
}
