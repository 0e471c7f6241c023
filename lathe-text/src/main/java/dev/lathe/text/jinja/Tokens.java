package dev.lathe.text.jinja;

import dev.lathe.base.UserError;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The template's tokens and the place among them. Bounds how deep the parsers go. */
final class Tokens {
    private static final int DEEPEST = 200;

    private final List<Token> tokens;
    private Set<String> names = new HashSet<>();
    private int at;
    private int depth;

    Tokens(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token current() {
        return tokens.get(at);
    }

    Token following() {
        return tokens.get(Math.min(at + 1, tokens.size() - 1));
    }

    Token next() {
        Token token = current();
        at = Math.min(at + 1, tokens.size() - 1);
        return token;
    }

    int line() {
        return current().line();
    }

    boolean skipName(String name) {
        boolean found = current().isName(name);
        at += found ? 1 : 0;
        return found;
    }

    boolean skipOperator(String operator) {
        boolean found = current().isOperator(operator);
        at += found ? 1 : 0;
        return found;
    }

    boolean atOperator(String... operators) {
        return Arrays.stream(operators).anyMatch(current()::isOperator);
    }

    boolean atName(List<String> names) {
        return current().is(Token.Kind.NAME) && names.contains(current().text());
    }

    void expectOperator(String operator) {
        if (!skipOperator(operator)) {
            throw unexpected("'" + operator + "'");
        }
    }

    void expect(Token.Kind kind, String shown) {
        if (!current().is(kind)) {
            throw unexpected(shown);
        }
        next();
    }

    String expectName() {
        if (!current().is(Token.Kind.NAME)) {
            throw unexpected("a name");
        }
        return next().text();
    }

    UserError unexpected(String wanted) {
        return broken("%s where %s should be".formatted(current().shown(), wanted));
    }

    UserError broken(String what) {
        return Lexer.broken(what, line());
    }

    void enter() {
        if (++depth > DEEPEST) {
            throw broken("it nests deeper than %d levels".formatted(DEEPEST));
        }
    }

    void leave() {
        depth--;
    }

    /** A variable is read here. */
    void mention(String name) {
        names.add(name);
    }

    /** Begins to collect what is mentioned. Returns what had been until now, for {@link #mentionedSince}. */
    Set<String> collect() {
        Set<String> before = names;
        names = new HashSet<>();
        return before;
    }

    /** What was mentioned since; it then counts as mentioned outside too. */
    Set<String> mentionedSince(Set<String> before) {
        Set<String> since = names;
        before.addAll(since);
        names = before;
        return Set.copyOf(since);
    }
}
