package dev.lathe.text.jinja;

import dev.lathe.text.jinja.Expression.Operand;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Jinja2's grammar of expressions, with its precedence: ~ binds tighter than +, and ** goes from left to right. */
final class ExpressionParser {
    private static final List<String> COMPARISONS = List.of("==", "!=", "<", "<=", ">", ">=");

    private final Tokens tokens;
    private final OperandParser operands;

    ExpressionParser(Tokens tokens) {
        this.tokens = tokens;
        this.operands = new OperandParser(tokens, this);
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

    Expression tuple(boolean conditionals, String end, boolean parentheses) {
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
            operand = operands.primary();
        }
        Expression whole = operands.postfix(operand);
        return filters ? operands.filtered(whole) : whole;
    }

    /** A filter's name and arguments, without the bar: at the beginning of a filter block. */
    Expression.Filter filter(Optional<Expression> target) {
        return operands.named(target);
    }
}
