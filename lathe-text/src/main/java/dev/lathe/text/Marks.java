package dev.lathe.text;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Text with marks, {@code {{name}}}, to be filled in. */
final class Marks {
    private static final Pattern MARK = Pattern.compile("\\{\\{(\\w+)}}");

    private Marks() {}

    /** Fills in every mark that has a value, once through: what stands in a value is not looked at. */
    static String fill(String text, Map<String, String> values) {
        return MARK.matcher(text)
                .replaceAll(mark -> Matcher.quoteReplacement(values.getOrDefault(mark.group(1), mark.group())));
    }
}
