package dev.lathe.text.jinja;

import dev.lathe.text.jinja.Expression.Named;
import dev.lathe.text.jinja.Expression.Passed;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What stands between operators: literals and names, with the calls, subscripts, filters and tests behind them. */
final class OperandParser {
    private static final List<String> NO_ARGUMENT = List.of("else", "or", "and");

    private final Tokens tokens;
    private final ExpressionParser expressions;

    OperandParser(Tokens tokens, ExpressionParser expressions) {
        this.tokens = tokens;
        this.expressions = expressions;
    }

    Expression primary() {
        Token token = tokens.next();
        return switch (token.kind()) {
            case NAME -> name(token.text());
            case STRING -> strings(token.text());
            case INTEGER ->
                new Expression.Constant(integer(token.text().replace("_", "").toLowerCase(Locale.ROOT)));
            case FLOAT ->
                new Expression.Constant(
                        new Value.Real(Double.parseDouble(token.text().replace("_", ""))));
            default ->
                switch (token.text()) {
                    case "(" -> {
                        Expression inside = expressions.tuple(true, "", true);
                        tokens.expectOperator(")");
                        yield inside;
                    }
                    case "[" -> new Expression.ListOf(items());
                    case "{" -> new Expression.DictOf(pairs());
                    default ->
                        throw Lexer.broken("%s where an expression should be".formatted(token.shown()), token.line());
                };
        };
    }

    private Expression name(String name) {
        return switch (name) {
            case "true", "True" -> new Expression.Constant(Value.of(true));
            case "false", "False" -> new Expression.Constant(Value.of(false));
            case "none", "None" -> new Expression.Constant(Value.None.NONE);
            default -> {
                tokens.mention(name);
                yield new Expression.Name(name);
            }
        };
    }

    private Expression strings(String first) {
        StringBuilder text = new StringBuilder(first);
        while (tokens.current().is(Token.Kind.STRING)) {
            text.append(tokens.next().text());
        }
        return new Expression.Constant(Value.of(text.toString()));
    }

    private Value integer(String digits) {
        if (digits.length() > 4300) {
            throw tokens.broken("a number has more than 4300 digits");
        }
        int base =
                switch (digits.length() > 1 ? digits.charAt(1) : ' ') {
                    case 'b' -> 2;
                    case 'o' -> 8;
                    case 'x' -> 16;
                    default -> 10;
                };
        return new Value.Int(new BigInteger(base == 10 ? digits : digits.substring(2), base));
    }

    private List<Expression> items() {
        List<Expression> items = new ArrayList<>();
        while (!tokens.skipOperator("]")) {
            items.add(expressions.expression());
            if (!tokens.atOperator("]")) {
                tokens.expectOperator(",");
            }
        }
        return items;
    }

    private List<Expression.Pair> pairs() {
        List<Expression.Pair> pairs = new ArrayList<>();
        while (!tokens.skipOperator("}")) {
            Expression key = expressions.expression();
            tokens.expectOperator(":");
            pairs.add(new Expression.Pair(key, expressions.expression()));
            if (!tokens.atOperator("}")) {
                tokens.expectOperator(",");
            }
        }
        return pairs;
    }

    Expression postfix(Expression start) {
        Expression node = start;
        while (true) {
            if (tokens.skipOperator(".")) {
                node = afterPoint(node);
            } else if (tokens.skipOperator("[")) {
                node = subscript(node);
            } else if (tokens.atOperator("(")) {
                node = new Expression.Call(node, passed());
            } else {
                return node;
            }
        }
    }

    private Expression afterPoint(Expression target) {
        if (tokens.current().is(Token.Kind.INTEGER)) {
            return new Expression.Item(target, primary());
        }
        return new Expression.Attribute(target, tokens.expectName());
    }

    private Expression subscript(Expression target) {
        Optional<Expression> start = tokens.atOperator(":") ? Optional.empty() : Optional.of(expressions.expression());
        if (!tokens.skipOperator(":")) {
            tokens.expectOperator("]");
            return new Expression.Item(target, start.orElseThrow());
        }
        Optional<Expression> stop =
                tokens.atOperator(":", "]") ? Optional.empty() : Optional.of(expressions.expression());
        boolean stepped = tokens.skipOperator(":");
        Optional<Expression> step =
                !stepped || tokens.atOperator("]") ? Optional.empty() : Optional.of(expressions.expression());
        tokens.expectOperator("]");
        return new Expression.Slice(target, start, stop, step);
    }

    Expression filtered(Expression start) {
        Expression node = start;
        while (true) {
            if (tokens.atOperator("|")) {
                node = filter(Optional.of(node));
            } else if (tokens.skipName("is")) {
                node = test(node);
            } else if (tokens.atOperator("(")) {
                node = new Expression.Call(node, passed());
            } else {
                return node;
            }
        }
    }

    private Expression filter(Optional<Expression> target) {
        tokens.expectOperator("|");
        return named(target);
    }

    /** A filter's name and arguments, behind the bar or at the beginning of a filter block. */
    Expression.Filter named(Optional<Expression> target) {
        String name = dotted();
        return new Expression.Filter(target, name, tokens.atOperator("(") ? passed() : Passed.NOTHING);
    }

    private String dotted() {
        StringBuilder name = new StringBuilder(tokens.expectName());
        while (tokens.skipOperator(".")) {
            name.append('.').append(tokens.expectName());
        }
        return name.toString();
    }

    private Expression test(Expression target) {
        boolean negated = tokens.skipName("not");
        String name = dotted();
        Passed passed = Passed.NOTHING;
        if (tokens.atOperator("(")) {
            passed = passed();
        } else if (atTestsArgument()) {
            if (tokens.current().isName("is")) {
                throw tokens.broken("tests with 'is' cannot be chained");
            }
            Expression argument = postfix(primary());
            passed = new Passed(List.of(argument), List.of(), Optional.empty(), Optional.empty());
        }
        Expression test = new Expression.Test(target, name, passed);
        return negated ? new Expression.Not(test) : test;
    }

    private boolean atTestsArgument() {
        return switch (tokens.current().kind()) {
            case NAME -> !tokens.atName(NO_ARGUMENT);
            case STRING, INTEGER, FLOAT -> true;
            default -> tokens.atOperator("[", "{");
        };
    }

    private Passed passed() {
        tokens.expectOperator("(");
        List<Expression> positional = new ArrayList<>();
        List<Named> named = new ArrayList<>();
        Optional<Expression> more = Optional.empty();
        Optional<Expression> moreNamed = Optional.empty();
        while (!tokens.skipOperator(")")) {
            if (moreNamed.isEmpty() && more.isEmpty() && tokens.skipOperator("*")) {
                more = Optional.of(expressions.expression());
            } else if (moreNamed.isEmpty() && tokens.skipOperator("**")) {
                moreNamed = Optional.of(expressions.expression());
            } else if (moreNamed.isEmpty()
                    && tokens.current().is(Token.Kind.NAME)
                    && tokens.following().isOperator("=")) {
                String name = tokens.next().text();
                tokens.next();
                named.add(new Named(name, expressions.expression()));
            } else if (moreNamed.isEmpty() && more.isEmpty() && named.isEmpty()) {
                positional.add(expressions.expression());
            } else {
                throw tokens.broken("arguments of a call are out of order");
            }
            if (!tokens.atOperator(")")) {
                tokens.expectOperator(",");
            }
        }
        return new Passed(positional, named, more, moreNamed);
    }
}
