package dev.lathe.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;

/** What Python's {@code str} knows about characters, blanks and lines. Places and lengths count code points. */
final class PythonText {
    private PythonText() {}

    static boolean isSpace(int c) {
        return Character.isWhitespace(c) || c == 0x85 || c == 0xa0 || c == 0x2007 || c == 0x202f;
    }

    static boolean isBlank(String text) {
        return text.codePoints().allMatch(PythonText::isSpace);
    }

    static String strip(String text) {
        return strip(text, PythonText::isSpace, true, true);
    }

    static String stripRight(String text) {
        return strip(text, PythonText::isSpace, false, true);
    }

    static String strip(String text, IntPredicate goes, boolean left, boolean right) {
        int from = 0;
        int to = text.length();
        while (left && from < to && goes.test(text.codePointAt(from))) {
            from += Character.charCount(text.codePointAt(from));
        }
        while (right && to > from && goes.test(text.codePointBefore(to))) {
            to -= Character.charCount(text.codePointBefore(to));
        }
        return text.substring(from, to);
    }

    static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    /** The character at a place that exists. */
    static String at(String text, int place) {
        return Character.toString(text.codePointAt(text.offsetByCodePoints(0, place)));
    }

    static List<Value> characters(String text) {
        return text.codePoints()
                .<Value>mapToObj(c -> Value.of(Character.toString(c)))
                .toList();
    }

    /** Words between blanks; after {@code most} of them (if not negative) the rest is one. */
    static List<String> words(String text, int most, Budget budget) {
        List<String> words = new ArrayList<>();
        int at = afterBlanks(text, 0);
        while (at < text.length()) {
            budget.list(1);
            if (words.size() == most) {
                words.add(text.substring(at));
                break;
            }
            int end = at;
            while (end < text.length() && !isSpace(text.charAt(end))) {
                end++;
            }
            words.add(text.substring(at, end));
            at = afterBlanks(text, end);
        }
        return words;
    }

    /** The same from the right. */
    static List<String> wordsFromRight(String text, int most, Budget budget) {
        List<String> words = new ArrayList<>();
        int end = stripRight(text).length();
        while (end > 0) {
            budget.list(1);
            if (words.size() == most) {
                words.addFirst(text.substring(0, end));
                break;
            }
            int at = end;
            while (at > 0 && !isSpace(text.charAt(at - 1))) {
                at--;
            }
            words.addFirst(text.substring(at, end));
            end = stripRight(text.substring(0, at)).length();
        }
        return words;
    }

    private static int afterBlanks(String text, int from) {
        int at = from;
        while (at < text.length() && isSpace(text.charAt(at))) {
            at++;
        }
        return at;
    }

    static List<String> lines(String text, boolean keepEnds, Budget budget) {
        List<String> lines = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < text.length(); i++) {
            if (endsLine(text.charAt(i))) {
                budget.list(1);
                int end = text.startsWith("\r\n", i) ? i + 2 : i + 1;
                lines.add(text.substring(from, keepEnds ? end : i));
                from = end;
                i = end - 1;
            }
        }
        if (from < text.length()) {
            lines.add(text.substring(from));
        }
        return lines;
    }

    private static boolean endsLine(char c) {
        return (c >= '\n' && c <= '\r') || (c >= 0x1c && c <= 0x1e) || c == 0x85 || c == 0x2028 || c == 0x2029;
    }

    static boolean isCased(int c) {
        return Character.isUpperCase(c) || Character.isLowerCase(c) || Character.isTitleCase(c);
    }

    /** One character, large as the first of a word: one or, as with ß, several. */
    static String inTitleCase(int c) {
        int title = Character.toTitleCase(c);
        String upper = Character.toString(c).toUpperCase(Locale.ROOT);
        return title != c || upper.length() <= Character.charCount(c)
                ? Character.toString(title)
                : upper.substring(0, upper.offsetByCodePoints(0, 1))
                        + upper.substring(upper.offsetByCodePoints(0, 1)).toLowerCase(Locale.ROOT);
    }

    /** Every word's first letter large, a word being a run of letters that have cases. */
    static String title(String text) {
        StringBuilder out = new StringBuilder(text.length());
        boolean inside = false;
        for (int c : text.codePoints().toArray()) {
            out.append(inside ? Character.toString(c).toLowerCase(Locale.ROOT) : inTitleCase(c));
            inside = isCased(c);
        }
        return out.toString();
    }

    /** What Python writes without an escape. */
    static boolean isPrintable(int c) {
        return c == ' '
                || switch (Character.getType(c)) {
                    case Character.CONTROL,
                            Character.FORMAT,
                            Character.SURROGATE,
                            Character.PRIVATE_USE,
                            Character.UNASSIGNED,
                            Character.LINE_SEPARATOR,
                            Character.PARAGRAPH_SEPARATOR,
                            Character.SPACE_SEPARATOR -> false;
                    default -> true;
                };
    }

    /** Python's {@code repr} of a string. */
    static String quoted(String text) {
        char quote = text.contains("'") && !text.contains("\"") ? '"' : '\'';
        StringBuilder out = new StringBuilder().append(quote);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c == quote) {
                        out.append('\\').append(quote);
                    } else if (isPrintable(c)) {
                        out.appendCodePoint(c);
                    } else {
                        out.append(escape(c));
                    }
                }
            }
        });
        return out.append(quote).toString();
    }

    /** A character that is not written as it is: Python's shortest escape of its number. */
    static String escape(int c) {
        return (c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x").formatted(c);
    }

    /** HTML's five characters, as the filter escape writes them. */
    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("'", "&#39;")
                .replace("\"", "&#34;");
    }
}
