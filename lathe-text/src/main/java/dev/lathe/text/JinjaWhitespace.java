package dev.lathe.text;

import dev.lathe.base.UserError;
import java.util.ArrayList;
import java.util.List;

/**
 * Rewrites a Jinja template so that no whitespace control is left in it: what {@code -} at a tag, trim_blocks and
 * lstrip_blocks remove is gone, comments too. jinjava ignores lstrip_blocks and misses some of the others.
 */
final class JinjaWhitespace {
    private final String source;
    private final StringBuilder out = new StringBuilder();
    private final List<String> tags = new ArrayList<>();
    private int at;
    private boolean trimNext;
    private boolean lineStart = true;

    private JinjaWhitespace(String source) {
        this.source = source;
    }

    /** The rewritten template, and what stands inside its tags, in order. */
    record Resolved(String jinja, List<String> tags) {}

    static Resolved resolved(String jinja) {
        String unix = jinja.replace("\r\n", "\n");
        return new JinjaWhitespace(unix.endsWith("\n") ? unix.substring(0, unix.length() - 1) : unix).run();
    }

    private Resolved run() {
        while (at < source.length()) {
            int open = nextTag(at);
            String text = source.substring(at, open);
            if (open == source.length()) {
                writeText(trimNext ? text.stripLeading() : text);
                break;
            }
            char kind = source.charAt(open + 1);
            int end = endOfTag(open, kind);
            writeText(withoutSpaceBefore(trimNext ? text.stripLeading() : text, open, kind));
            writeTag(open, end, kind);
            at = end;
            afterTag(kind);
        }
        return new Resolved(out.toString(), List.copyOf(tags));
    }

    private int nextTag(int from) {
        for (int i = from; i + 1 < source.length(); i++) {
            if (source.charAt(i) == '{' && "%{#".indexOf(source.charAt(i + 1)) >= 0) {
                return i;
            }
        }
        return source.length();
    }

    /** The place behind the tag's last brace. Quotes hide what looks like an end; so do braces inside an expression. */
    private int endOfTag(int open, char kind) {
        int depth = 0;
        for (int i = open + 2; i + 1 < source.length(); i++) {
            char c = source.charAt(i);
            char close = kind == '{' ? '}' : kind;
            if (c == close && source.charAt(i + 1) == '}' && depth == 0) {
                return i + 2;
            } else if (kind != '#' && (c == '"' || c == '\'')) {
                i = endOfString(i);
            } else if (kind != '#') {
                depth += c == '{' ? 1 : c == '}' ? -1 : 0;
            }
        }
        throw new UserError("the chat template is broken: a {%s in line %d is never closed"
                .formatted(kind, 1 + source.substring(0, open).lines().count()));
    }

    private int endOfString(int open) {
        int i = open + 1;
        while (i < source.length() && source.charAt(i) != source.charAt(open)) {
            i += source.charAt(i) == '\\' ? 2 : 1;
        }
        return i;
    }

    private String withoutSpaceBefore(String text, int open, char kind) {
        char mark = open + 2 < source.length() ? source.charAt(open + 2) : ' ';
        if (mark == '-') {
            return text.stripTrailing();
        }
        int line = text.lastIndexOf('\n') + 1;
        boolean startsLine = line > 0 || (lineStart && !trimNext);
        boolean lstrip =
                kind != '{' && mark != '+' && startsLine && text.substring(line).isBlank();
        return lstrip ? text.substring(0, line) : text;
    }

    /** A brace in front of a tag would read as part of it. */
    private void writeText(String text) {
        boolean brace = text.endsWith("{");
        out.append(brace ? text.substring(0, text.length() - 1) + "{{ '{' }}" : text);
    }

    private void writeTag(int open, int end, char kind) {
        if (kind == '#') {
            return;
        }
        int from = open + 2 + (isMark(source.charAt(open + 2)) ? 1 : 0);
        int to = end - 2 - (isMark(source.charAt(end - 3)) && end - 3 >= from ? 1 : 0);
        String tag = source.substring(from, to).strip();
        tags.add(tag);
        char close = kind == '{' ? '}' : kind;
        out.append('{')
                .append(kind)
                .append(' ')
                .append(tag)
                .append(' ')
                .append(close)
                .append('}');
    }

    private static boolean isMark(char c) {
        return c == '-' || c == '+';
    }

    private void afterTag(char kind) {
        char mark = source.charAt(at - 3);
        trimNext = mark == '-';
        lineStart = false;
        if (kind != '{' && !isMark(mark) && at < source.length() && source.charAt(at) == '\n') {
            at++;
            lineStart = true;
        }
    }
}
