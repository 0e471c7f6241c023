package dev.lathe.text.jinja;

import java.util.List;
import java.util.Optional;

/** What stands in {@code {{ }}} and in tags: a tree that {@link Evaluator} walks. */
sealed interface Expression {
    record Constant(Value value) implements Expression {}

    record Name(String name) implements Expression {}

    record ListOf(List<Expression> items) implements Expression {}

    record TupleOf(List<Expression> items) implements Expression {}

    record DictOf(List<Pair> pairs) implements Expression {}

    record Attribute(Expression target, String name) implements Expression {}

    record Item(Expression target, Expression index) implements Expression {}

    record Slice(Expression target, Optional<Expression> start, Optional<Expression> stop, Optional<Expression> step)
            implements Expression {}

    record Call(Expression target, Passed passed) implements Expression {}

    /** An empty target is the body of a {@code filter} or {@code set} block. */
    record Filter(Optional<Expression> target, String name, Passed passed) implements Expression {}

    record Test(Expression target, String name, Passed passed) implements Expression {}

    record Not(Expression operand) implements Expression {}

    record Signed(boolean negative, Expression operand) implements Expression {}

    record And(Expression left, Expression right) implements Expression {}

    record Or(Expression left, Expression right) implements Expression {}

    record Arithmetic(String operator, Expression left, Expression right) implements Expression {}

    record Concatenation(List<Expression> parts) implements Expression {}

    record Comparison(Expression first, List<Operand> operands) implements Expression {}

    record Conditional(Expression test, Expression then, Optional<Expression> otherwise) implements Expression {}

    record Pair(Expression key, Expression value) {}

    /** {@code operator}: ==, !=, <, <=, >, >=, in or not in. */
    record Operand(String operator, Expression right) {}

    record Named(String name, Expression value) {}

    /** What a call passes; {@code more} after {@code *}, {@code moreNamed} after {@code **}. */
    record Passed(
            List<Expression> positional, List<Named> named, Optional<Expression> more, Optional<Expression> moreNamed) {
        static final Passed NOTHING = new Passed(List.of(), List.of(), Optional.empty(), Optional.empty());
    }
}
