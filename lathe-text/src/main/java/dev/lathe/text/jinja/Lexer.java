package dev.lathe.text.jinja;

import dev.lathe.base.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a template into text and tags, with trim_blocks (a line's end after a tag goes) and lstrip_blocks (blanks before a
 * tag that begins a line go) on, as transformers has them, and {@code -} and {@code +} at a tag honoured.
 */
final class Lexer {
    private static final Pattern NEWLINE = Pattern.compile("\r\n|\r");
    private static final Pattern RAW =
            Pattern.compile("\\{%[-+]?\\s*+raw\\s*+(-%\\}\\s*+|%\\})", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern END_RAW =
            Pattern.compile("\\{%([-+]?)\\s*+endraw\\s*+(\\+%\\}|-%\\}\\s*+|%\\}\n?)", Pattern.UNICODE_CHARACTER_CLASS);

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private final Lines lines;
    private int at;
    private boolean lineStart = true;

    private Lexer(String source) {
        this.source = source;
        this.lines = new Lines(source);
    }

    static List<Token> tokens(String template) {
        String unix = NEWLINE.matcher(template).replaceAll("\n");
        return new Lexer(unix.endsWith("\n") ? unix.substring(0, unix.length() - 1) : unix).run();
    }

    private List<Token> run() {
        while (at < source.length()) {
            int open = nextTag();
            if (open == source.length()) {
                data(source.substring(at), at);
                break;
            }
            char kind = source.charAt(open + 1);
            char mark = open + 2 < source.length() ? source.charAt(open + 2) : ' ';
            data(kept(source.substring(at, open), mark, kind == '{'), at);
            if (kind == '#') {
                comment(open);
            } else if (kind == '%'
                    && RAW.matcher(source).region(open, source.length()).lookingAt()) {
                raw(open);
            } else {
                tag(open, kind == '{', mark);
            }
        }
        tokens.add(new Token(Token.Kind.END, "", lines.of(source.length())));
        return tokens;
    }

    private int nextTag() {
        for (int i = at; i + 1 < source.length(); i++) {
            if (source.charAt(i) == '{' && "%{#".indexOf(source.charAt(i + 1)) >= 0) {
                return i;
            }
        }
        return source.length();
    }

    /** What whitespace control leaves of the text in front of a tag. */
    private String kept(String text, char mark, boolean output) {
        if (mark == '-') {
            return PythonText.stripRight(text);
        }
        int line = text.lastIndexOf('\n') + 1;
        boolean startsLine = line > 0 || lineStart;
        boolean cut = !output && mark != '+' && startsLine && PythonText.isBlank(text.substring(line));
        return cut ? text.substring(0, line) : text;
    }

    private void data(String text, int place) {
        if (!text.isEmpty()) {
            tokens.add(new Token(Token.Kind.DATA, text, lines.of(place)));
        }
    }

    private void comment(int open) {
        int from = open + 2;
        if (from < source.length() && (source.charAt(from) == '-' || source.charAt(from) == '+')) {
            from++;
        }
        int close = source.indexOf("#}", from);
        if (close < 0) {
            throw brokenAt(open, "a {# is never closed");
        }
        afterTag(close + 2, close > from ? source.charAt(close - 1) : ' ', true);
    }

    private void raw(int open) {
        Matcher begin = RAW.matcher(source).region(open, source.length());
        Matcher end = END_RAW.matcher(source);
        if (!begin.lookingAt() || !end.find(begin.end())) {
            throw brokenAt(open, "a {% raw %} has no {% endraw %}");
        }
        lineStart = source.charAt(begin.end() - 1) == '\n';
        char mark = end.group(1).isEmpty() ? ' ' : end.group(1).charAt(0);
        data(kept(source.substring(begin.end(), end.start()), mark, false), begin.end());
        at = end.end();
        lineStart = source.charAt(at - 1) == '\n';
    }

    private void tag(int open, boolean output, char mark) {
        tokens.add(new Token(output ? Token.Kind.OUTPUT_BEGIN : Token.Kind.TAG_BEGIN, "", lines.of(open)));
        TagLexer tag = new TagLexer(source, lines, open + (mark == '-' || mark == '+' && !output ? 3 : 2), output);
        tokens.addAll(tag.tokens());
        tokens.add(new Token(output ? Token.Kind.OUTPUT_END : Token.Kind.TAG_END, "", lines.of(tag.end())));
        afterTag(tag.end(), tag.mark(), !output);
    }

    private void afterTag(int end, char mark, boolean trimsLine) {
        at = end;
        if (mark == '-') {
            while (at < source.length() && PythonText.isSpace(source.charAt(at))) {
                at++;
            }
        } else if (trimsLine && mark != '+' && at < source.length() && source.charAt(at) == '\n') {
            at++;
        }
        lineStart = source.charAt(at - 1) == '\n';
    }

    private UserError brokenAt(int place, String what) {
        return broken(what, lines.of(place));
    }

    static UserError broken(String what, int line) {
        return new UserError("the chat template is broken in line %d: %s".formatted(line, what));
    }

    /** Line numbers of places, for places that only go up. */
    static final class Lines {
        private final String source;
        private int place;
        private int line = 1;

        private Lines(String source) {
            this.source = source;
        }

        int of(int wanted) {
            if (wanted < place) {
                place = 0;
                line = 1;
            }
            for (; place < wanted; place++) {
                line += source.charAt(place) == '\n' ? 1 : 0;
            }
            return line;
        }
    }
}
