package dev.lathe.text.jinja;

import dev.lathe.text.jinja.Expression.Named;
import dev.lathe.text.jinja.Expression.Operand;
import dev.lathe.text.jinja.Expression.Passed;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Jinja2's grammar of expressions, with its precedence: ~ binds tighter than +, and ** goes from left to right. */
final class ExpressionParser {
    private static final List<String> COMPARISONS = List.of("==", "!=", "<", "<=", ">", ">=");
    private static final List<String> NO_ARGUMENT = List.of("else", "or", "and");

    private final Tokens tokens;

    ExpressionParser(Tokens tokens) {
        this.tokens = tokens;
    }

    Expression expression() {
        tokens.enter();
        Expression expression = conditional();
        tokens.leave();
        return expression;
    }

    /** One or several with commas between, which make a tuple. {@code end}: a name that ends it, or an empty text. */
    Expression tuple(boolean conditionals, String end) {
        return tuple(conditionals, end, false);
    }

    private Expression tuple(boolean conditionals, String end, boolean parentheses) {
        tokens.enter();
        List<Expression> items = new ArrayList<>();
        boolean comma = false;
        while (!atTupleEnd(end)) {
            items.add(conditionals ? expression() : or());
            if (!tokens.skipOperator(",")) {
                break;
            }
            comma = true;
        }
        tokens.leave();
        if (!comma && items.size() == 1) {
            return items.getFirst();
        }
        if (items.isEmpty() && !parentheses) {
            throw tokens.unexpected("an expression");
        }
        return new Expression.TupleOf(items);
    }

    private boolean atTupleEnd(String end) {
        Token token = tokens.current();
        return token.is(Token.Kind.OUTPUT_END)
                || token.is(Token.Kind.TAG_END)
                || token.isOperator(")")
                || token.isName(end);
    }

    private Expression conditional() {
        Expression value = or();
        while (tokens.skipName("if")) {
            Expression test = or();
            Optional<Expression> otherwise = tokens.skipName("else") ? Optional.of(expression()) : Optional.empty();
            value = new Expression.Conditional(test, value, otherwise);
        }
        return value;
    }

    private Expression or() {
        Expression left = and();
        while (tokens.skipName("or")) {
            left = new Expression.Or(left, and());
        }
        return left;
    }

    private Expression and() {
        Expression left = not();
        while (tokens.skipName("and")) {
            left = new Expression.And(left, not());
        }
        return left;
    }

    private Expression not() {
        if (!tokens.skipName("not")) {
            return comparison();
        }
        tokens.enter();
        Expression operand = not();
        tokens.leave();
        return new Expression.Not(operand);
    }

    private Expression comparison() {
        Expression first = sum();
        List<Operand> operands = new ArrayList<>();
        while (true) {
            Token token = tokens.current();
            if (token.is(Token.Kind.OPERATOR) && COMPARISONS.contains(token.text())) {
                operands.add(new Operand(tokens.next().text(), sum()));
            } else if (tokens.skipName("in")) {
                operands.add(new Operand("in", sum()));
            } else if (token.isName("not") && tokens.following().isName("in")) {
                tokens.next();
                tokens.next();
                operands.add(new Operand("not in", sum()));
            } else {
                return operands.isEmpty() ? first : new Expression.Comparison(first, operands);
            }
        }
    }

    private Expression sum() {
        Expression left = concatenation();
        while (tokens.atOperator("+", "-")) {
            left = new Expression.Arithmetic(tokens.next().text(), left, concatenation());
        }
        return left;
    }

    private Expression concatenation() {
        Expression first = product();
        if (!tokens.atOperator("~")) {
            return first;
        }
        List<Expression> parts = new ArrayList<>(List.of(first));
        while (tokens.skipOperator("~")) {
            parts.add(product());
        }
        return new Expression.Concatenation(parts);
    }

    private Expression product() {
        Expression left = power();
        while (tokens.atOperator("*", "/", "//", "%")) {
            left = new Expression.Arithmetic(tokens.next().text(), left, power());
        }
        return left;
    }

    private Expression power() {
        Expression left = unary(true);
        while (tokens.atOperator("**")) {
            left = new Expression.Arithmetic(tokens.next().text(), left, unary(true));
        }
        return left;
    }

    private Expression unary(boolean filters) {
        Expression operand;
        if (tokens.atOperator("-", "+")) {
            tokens.enter();
            operand = new Expression.Signed(tokens.next().text().equals("-"), unary(false));
            tokens.leave();
        } else {
            operand = primary();
        }
        Expression whole = postfix(operand);
        return filters ? filtered(whole) : whole;
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
                        Expression inside = tuple(true, "", true);
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
            items.add(expression());
            if (!tokens.atOperator("]")) {
                tokens.expectOperator(",");
            }
        }
        return items;
    }

    private List<Expression.Pair> pairs() {
        List<Expression.Pair> pairs = new ArrayList<>();
        while (!tokens.skipOperator("}")) {
            Expression key = expression();
            tokens.expectOperator(":");
            pairs.add(new Expression.Pair(key, expression()));
            if (!tokens.atOperator("}")) {
                tokens.expectOperator(",");
            }
        }
        return pairs;
    }

    private Expression postfix(Expression start) {
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
        Optional<Expression> start = tokens.atOperator(":") ? Optional.empty() : Optional.of(expression());
        if (!tokens.skipOperator(":")) {
            tokens.expectOperator("]");
            return new Expression.Item(target, start.orElseThrow());
        }
        Optional<Expression> stop = tokens.atOperator(":", "]") ? Optional.empty() : Optional.of(expression());
        boolean stepped = tokens.skipOperator(":");
        Optional<Expression> step = !stepped || tokens.atOperator("]") ? Optional.empty() : Optional.of(expression());
        tokens.expectOperator("]");
        return new Expression.Slice(target, start, stop, step);
    }

    private Expression filtered(Expression start) {
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
                more = Optional.of(expression());
            } else if (moreNamed.isEmpty() && tokens.skipOperator("**")) {
                moreNamed = Optional.of(expression());
            } else if (moreNamed.isEmpty()
                    && tokens.current().is(Token.Kind.NAME)
                    && tokens.following().isOperator("=")) {
                String name = tokens.next().text();
                tokens.next();
                named.add(new Named(name, expression()));
            } else if (moreNamed.isEmpty() && more.isEmpty() && named.isEmpty()) {
                positional.add(expression());
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
