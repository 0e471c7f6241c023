package dev.lathe.text.jinja;

import dev.lathe.base.UserError;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Cuts the inside of one tag into tokens, up to the tag's end, which brackets and quotes hide. */
final class TagLexer {
    private static final int LONGEST_NAME = 1000;
    private static final List<String> OPERATORS = List.of(
            "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<",
            "=", ".", ":", "|", ",", ";");

    private final String source;
    private final Lexer.Lines lines;
    private final boolean output;
    private final List<Token> tokens = new ArrayList<>();
    private final Deque<String> open = new ArrayDeque<>();
    private int at;
    private char mark = ' ';

    TagLexer(String source, Lexer.Lines lines, int from, boolean output) {
        this.source = source;
        this.lines = lines;
        this.output = output;
        this.at = from;
    }

    /** What stands in the tag. Asked once, before {@link #end} and {@link #mark}. */
    List<Token> tokens() {
        int from = at;
        while (!atEnd()) {
            if (at >= source.length()) {
                throw broken(output ? "a {{ is never closed" : "a {% is never closed", from);
            }
            next();
        }
        return tokens;
    }

    /** The place behind the tag. */
    int end() {
        return at;
    }

    /** What stands before the closing brace: {@code -}, {@code +} or a blank for neither. */
    char mark() {
        return mark;
    }

    private boolean atEnd() {
        if (!open.isEmpty()) {
            return false;
        }
        String close = output ? "}}" : "%}";
        if (source.startsWith(close, at)) {
            at += 2;
            return true;
        }
        boolean marked = source.startsWith("-" + close, at) || (!output && source.startsWith("+" + close, at));
        if (marked) {
            mark = source.charAt(at);
            at += 3;
        }
        return marked;
    }

    private void next() {
        int start = source.codePointAt(at);
        if (PythonText.isSpace(start)) {
            at++;
        } else if (start >= '0' && start <= '9') {
            number();
        } else if (start == '_' || Character.isUnicodeIdentifierStart(start)) {
            name();
        } else if (start == '"' || start == '\'') {
            string();
        } else {
            operator();
        }
    }

    /** As in Python: underscores between digits, 0b, 0o and 0x; and what follows a point is no fraction's beginning. */
    private void number() {
        int prefixed = prefixed();
        if (prefixed > at) {
            add(Token.Kind.INTEGER, source.substring(at, prefixed), prefixed);
            return;
        }
        int whole = digits(at + 1, true, "0123456789");
        int end = whole;
        if (source.startsWith(".", end) && digits(end + 1, false, "0123456789") > end + 1) {
            end = digits(end + 1, false, "0123456789");
        }
        end = afterExponent(end);
        boolean afterPoint = at > 0 && source.charAt(at - 1) == '.';
        if (end > whole && !afterPoint) {
            add(Token.Kind.FLOAT, source.substring(at, end), end);
        } else {
            int integer = source.charAt(at) == '0' ? digits(at + 1, true, "0") : whole;
            add(Token.Kind.INTEGER, source.substring(at, integer), integer);
        }
    }

    /** The end of a number with a prefix, or the place itself. */
    private int prefixed() {
        String known =
                switch (source.charAt(at) == '0' && at + 1 < source.length() ? source.charAt(at + 1) : ' ') {
                    case 'b', 'B' -> "01";
                    case 'o', 'O' -> "01234567";
                    case 'x', 'X' -> "0123456789abcdefABCDEF";
                    default -> "";
                };
        int end = digits(at + 2, true, known);
        return !known.isEmpty() && end > at + 2 ? end : at;
    }

    /** The end of a run of digits, with single underscores between them, and in front of the first if so said. */
    private int digits(int from, boolean underscoreFirst, String known) {
        int end = from;
        while (end < source.length()) {
            boolean underscore = source.charAt(end) == '_' && (end > from || underscoreFirst);
            int digit = underscore ? end + 1 : end;
            if (digit >= source.length() || known.indexOf(source.charAt(digit)) < 0) {
                break;
            }
            end = digit + 1;
        }
        return end;
    }

    private int afterExponent(int from) {
        if (!source.startsWith("e", from) && !source.startsWith("E", from)) {
            return from;
        }
        boolean signed = source.startsWith("+", from + 1) || source.startsWith("-", from + 1);
        int first = from + (signed ? 2 : 1);
        int end = digits(first, false, "0123456789");
        return end > first ? end : from;
    }

    private void name() {
        int end = at;
        while (end < source.length()) {
            int c = source.codePointAt(end);
            if (!Character.isUnicodeIdentifierPart(c) || Character.isIdentifierIgnorable(c)) {
                break;
            }
            end += Character.charCount(c);
        }
        if (end - at > LONGEST_NAME) {
            throw broken("a name has more than %d characters".formatted(LONGEST_NAME), at);
        }
        add(Token.Kind.NAME, source.substring(at, end), end);
    }

    private void string() {
        int end = at + 1;
        while (end < source.length() && source.charAt(end) != source.charAt(at)) {
            end += source.charAt(end) == '\\' ? 2 : 1;
        }
        if (end >= source.length()) {
            throw broken("a string is never closed", at);
        }
        int line = lines.of(at);
        tokens.add(new Token(Token.Kind.STRING, Escapes.resolved(source.substring(at + 1, end), line), line));
        at = end + 1;
    }

    private void operator() {
        String operator = OPERATORS.stream()
                .filter(candidate -> source.startsWith(candidate, at))
                .findFirst()
                .orElseThrow(() ->
                        broken("%s means nothing here".formatted(Character.toString(source.codePointAt(at))), at));
        switch (operator) {
            case "(" -> open.push(")");
            case "[" -> open.push("]");
            case "{" -> open.push("}");
            case ")", "]", "}" -> {
                if (open.isEmpty() || !open.pop().equals(operator)) {
                    throw broken("a %s that closes nothing".formatted(operator), at);
                }
            }
            default -> {}
        }
        add(Token.Kind.OPERATOR, operator, at + operator.length());
    }

    private void add(Token.Kind kind, String text, int end) {
        tokens.add(new Token(kind, text, lines.of(at)));
        at = end;
    }

    private UserError broken(String what, int place) {
        return Lexer.broken(what, lines.of(place));
    }
}
