package dev.lathe.text.jinja;

import dev.lathe.text.jinja.Expression.Passed;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Computes expressions. */
final class Evaluator {
    private final Runtime runtime;
    private final Budget budget;
    private final Operators operators;
    private final Compared compared;
    private final Lookup lookup;
    private final Shown shown;

    Evaluator(Runtime runtime) {
        this.runtime = runtime;
        this.budget = runtime.budget();
        this.operators = new Operators(runtime);
        this.compared = new Compared(budget);
        this.lookup = new Lookup(budget);
        this.shown = new Shown(budget);
    }

    Value evaluate(Expression expression, Scope scope) {
        budget.enter();
        Value value =
                switch (expression) {
                    case Expression.Constant(Value constant) -> constant;
                    case Expression.Name(String name) -> scope.get(name);
                    case Expression.ListOf(List<Expression> items) -> new Value.Items(all(items, scope));
                    case Expression.TupleOf(List<Expression> items) -> new Value.Tuple(all(items, scope));
                    case Expression.DictOf dict -> dict(dict, scope);
                    case Expression.Attribute(Expression target, String name) ->
                        lookup.attribute(evaluate(target, scope), name);
                    case Expression.Item(Expression target, Expression index) ->
                        lookup.item(evaluate(target, scope), evaluate(index, scope));
                    case Expression.Slice slice -> slice(slice, scope);
                    case Expression.Call(Expression target, Passed passed) ->
                        call(evaluate(target, scope), arguments(passed, scope));
                    case Expression.Filter filter -> filter(filter, scope, Value.of(""));
                    case Expression.Test(Expression target, String name, Passed passed) ->
                        Value.of(Tests.apply(
                                runtime, name, arguments(passed, scope).after(evaluate(target, scope))));
                    case Expression.Not(Expression operand) ->
                        Value.of(!evaluate(operand, scope).truth());
                    case Expression.Signed(boolean negative, Expression operand) ->
                        operators.signed(negative, evaluate(operand, scope));
                    case Expression.And(Expression left, Expression right) -> {
                        Value first = evaluate(left, scope);
                        yield first.truth() ? evaluate(right, scope) : first;
                    }
                    case Expression.Or(Expression left, Expression right) -> {
                        Value first = evaluate(left, scope);
                        yield first.truth() ? first : evaluate(right, scope);
                    }
                    case Expression.Arithmetic(String operator, Expression left, Expression right) ->
                        operators.apply(operator, evaluate(left, scope), evaluate(right, scope));
                    case Expression.Concatenation(List<Expression> parts) -> concatenated(parts, scope);
                    case Expression.Comparison comparison -> Value.of(holds(comparison, scope));
                    case Expression.Conditional conditional -> conditional(conditional, scope);
                };
        budget.leave();
        return value;
    }

    private List<Value> all(List<Expression> expressions, Scope scope) {
        List<Value> values = new ArrayList<>(budget.list(expressions.size()));
        for (Expression expression : expressions) {
            values.add(evaluate(expression, scope));
        }
        return values;
    }

    private Value dict(Expression.DictOf expression, Scope scope) {
        Dict dict = new Dict();
        budget.list(expression.pairs().size());
        for (Expression.Pair pair : expression.pairs()) {
            Value key = evaluate(pair.key(), scope);
            budget.key(key);
            dict.put(key, evaluate(pair.value(), scope));
        }
        return dict;
    }

    private Value slice(Expression.Slice slice, Scope scope) {
        return lookup.slice(
                evaluate(slice.target(), scope),
                bound(slice.start(), scope),
                bound(slice.stop(), scope),
                bound(slice.step(), scope));
    }

    private Optional<Value> bound(Optional<Expression> expression, Scope scope) {
        return expression.map(e -> evaluate(e, scope)).filter(value -> value != Value.None.NONE);
    }

    private Value concatenated(List<Expression> parts, Scope scope) {
        List<String> texts = new ArrayList<>(parts.size());
        for (Expression part : parts) {
            texts.add(shown.text(evaluate(part, scope)));
        }
        return Value.of(StringMethods.join(budget, "", texts));
    }

    private boolean holds(Expression.Comparison comparison, Scope scope) {
        Value left = evaluate(comparison.first(), scope);
        for (Expression.Operand operand : comparison.operands()) {
            Value right = evaluate(operand.right(), scope);
            if (!compared.holds(operand.operator(), left, right)) {
                return false;
            }
            left = right;
        }
        return true;
    }

    private Value conditional(Expression.Conditional conditional, Scope scope) {
        if (evaluate(conditional.test(), scope).truth()) {
            return evaluate(conditional.then(), scope);
        }
        return conditional
                .otherwise()
                .map(otherwise -> evaluate(otherwise, scope))
                .orElse(new Value.Undefined("an inline if without an else was false"));
    }

    /** {@code block}: what a filter without a target works on, which is the body of its block. */
    Value filter(Expression.Filter filter, Scope scope, Value block) {
        budget.enter();
        Value subject = filter.target()
                .map(target -> target instanceof Expression.Filter inner
                        ? filter(inner, scope, block)
                        : evaluate(target, scope))
                .orElse(block);
        Arguments arguments = arguments(filter.passed(), scope).after(subject);
        budget.leave();
        return Filters.apply(runtime, filter.name(), arguments);
    }

    Arguments arguments(Passed passed, Scope scope) {
        if (passed == Passed.NOTHING) {
            return Arguments.NONE;
        }
        List<Value> positional = all(passed.positional(), scope);
        Map<String, Value> named = new LinkedHashMap<>();
        for (Expression.Named argument : passed.named()) {
            if (named.put(argument.name(), evaluate(argument.value(), scope)) != null) {
                throw new Failure("the argument %s is passed twice".formatted(argument.name()));
            }
        }
        passed.more().ifPresent(more -> positional.addAll(new Walk(budget).list(evaluate(more, scope))));
        passed.moreNamed().ifPresent(more -> {
            if (!(evaluate(more, scope) instanceof Dict dict)) {
                throw new Failure("what stands behind ** has to be a dict");
            }
            dict.entries().forEach(entry -> named.put(shown.text(entry.key()), entry.value()));
        });
        return new Arguments(positional, named);
    }

    Value call(Value target, Arguments arguments) {
        return switch (target) {
            case Value.Function function -> function.code().call(runtime, arguments);
            case Value.Instance instance
            when instance.code().isPresent() -> instance.code().get().call(runtime, arguments);
            case Value.Undefined(String problem) -> throw new Failure(problem);
            default -> throw new Failure("'%s' object is not callable".formatted(target.type()));
        };
    }
}
