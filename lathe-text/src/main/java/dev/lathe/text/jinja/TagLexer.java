package dev.lathe.text.jinja;

import dev.lathe.base.UserError;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Cuts the inside of one tag into tokens, up to the tag's end, which brackets and quotes hide. */
final class TagLexer {
    private static final Pattern FLOAT = Pattern.compile(
            "(?:\\d++_)*+\\d++(?:(?:\\.(?:\\d++_)*+\\d++)?+[eE][+-]?(?:\\d++_)*+\\d++|\\.(?:\\d++_)*+\\d++)");
    private static final Pattern INTEGER = Pattern.compile(
            "0[bB](?:_?[01])++|0[oO](?:_?[0-7])++|0[xX](?:_?[\\da-fA-F])++|[1-9](?:_?\\d)*+|0(?:_?0)*+");
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
        } else if (matched(FLOAT, Token.Kind.FLOAT) || matched(INTEGER, Token.Kind.INTEGER)) {
            return;
        } else if (start == '_' || Character.isUnicodeIdentifierStart(start)) {
            name();
        } else if (start == '"' || start == '\'') {
            string();
        } else {
            operator();
        }
    }

    private boolean matched(Pattern pattern, Token.Kind kind) {
        char c = source.charAt(at);
        boolean afterPoint = kind == Token.Kind.FLOAT && at > 0 && source.charAt(at - 1) == '.';
        if (c < '0' || c > '9' || afterPoint) {
            return false;
        }
        Matcher matcher = pattern.matcher(source).region(at, source.length());
        if (!matcher.lookingAt()) {
            return false;
        }
        add(kind, matcher.group(), matcher.end());
        return true;
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
