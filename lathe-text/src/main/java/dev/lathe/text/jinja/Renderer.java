package dev.lathe.text.jinja;

import dev.lathe.text.jinja.Statement.Target;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.StreamSupport;

/** Runs statements. One renders one conversation. */
final class Renderer {
    /** How a body was left. */
    enum Flow {
        ON,
        BREAK,
        CONTINUE
    }

    private final Budget budget;
    private final Evaluator evaluator;
    private final Shown shown;
    private final MacroCall macros;
    private StringBuilder out = new StringBuilder();
    private int line;

    Renderer(Runtime runtime) {
        this.budget = runtime.budget();
        this.evaluator = new Evaluator(runtime);
        this.shown = new Shown(budget);
        this.macros = new MacroCall(evaluator, this);
    }

    /** The line of the statement that runs, or of the one that failed. */
    int line() {
        return line;
    }

    String text() {
        return out.toString();
    }

    Flow run(List<Statement> body, Scope scope) {
        budget.enter();
        Flow flow = Flow.ON;
        for (int i = 0; i < body.size() && flow == Flow.ON; i++) {
            line = body.get(i).line();
            flow = run(body.get(i), scope);
        }
        budget.leave();
        return flow;
    }

    private Flow run(Statement statement, Scope scope) {
        switch (statement) {
            case Statement.Text(int at, String text) -> write(text);
            case Statement.Output(int at, Expression expression) ->
                write(shown.text(evaluator.evaluate(expression, scope)));
            case Statement.If branches -> {
                return branch(branches, scope);
            }
            case Statement.For loop -> loop(loop, evaluator.evaluate(loop.over(), scope), scope, 0);
            case Statement.Assignment(int at, Target target, Expression value) ->
                assign(target, evaluator.evaluate(value, scope), scope);
            case Statement.BlockAssignment(
                    int at,
                    Target target,
                    Optional<Expression.Filter> filter,
                    List<Statement> body) -> {
                Value block = Value.of(captured(body, scope.inner()));
                assign(
                        target,
                        filter.map(f -> evaluator.filter(f, scope, block)).orElse(block),
                        scope);
            }
            case Statement.With(int at, List<Statement.Binding> bindings, List<Statement> body) -> {
                Scope inner = scope.inner();
                for (Statement.Binding binding : bindings) {
                    assign(binding.target(), evaluator.evaluate(binding.value(), scope), inner);
                }
                return run(body, inner);
            }
            case Statement.MacroDefinition(int at, String name, Statement.Macro macro) ->
                scope.set(name, macros.function(name, macro, scope));
            case Statement.CallBlock(int at, Expression.Call call, Statement.Macro caller) ->
                write(shown.text(macros.callWith(call, macros.function("caller", caller, scope), scope)));
            case Statement.FilterBlock(int at, Expression.Filter filter, List<Statement> body) -> {
                Value block = Value.of(captured(body, scope.inner()));
                write(shown.text(evaluator.filter(filter, scope, block)));
            }
            case Statement.Generation(int at, List<Statement> body) -> run(body, scope.inner());
            case Statement.Break(int at) -> {
                return Flow.BREAK;
            }
            case Statement.Continue(int at) -> {
                return Flow.CONTINUE;
            }
        }
        return Flow.ON;
    }

    private void write(String text) {
        budget.grow(out.length(), text.length());
        out.append(text);
    }

    /** What a body writes. */
    String captured(List<Statement> body, Scope scope) {
        StringBuilder outer = out;
        int outerLine = line;
        out = new StringBuilder();
        run(body, scope);
        String text = out.toString();
        out = outer;
        line = outerLine;
        return text;
    }

    private Flow branch(Statement.If branches, Scope scope) {
        for (Statement.Branch branch : branches.branches()) {
            line = branch.line();
            if (evaluator.evaluate(branch.test(), scope).truth()) {
                return run(branch.body(), scope);
            }
        }
        return run(branches.otherwise(), scope);
    }

    private void loop(Statement.For statement, Value over, Scope scope, int depth) {
        Iterator<Value> values = new Walk(budget).iterator(over);
        Loop loop = new Loop(filtered(statement, values, scope), budget, depth);
        Value variable = loop.variable(
                statement.recursive() ? Optional.of(recursion(statement, scope, depth)) : Optional.empty());
        boolean finishedARound = false;
        while (loop.hasNext()) {
            Scope round = scope.inner();
            round.set("loop", variable);
            assign(statement.target(), loop.next(), round);
            Flow flow = run(statement.body(), round);
            if (flow == Flow.BREAK) {
                break;
            }
            finishedARound |= flow == Flow.ON;
        }
        if (!finishedARound) { // Jinja's generated code notes a round at its end, which continue and break skip
            run(statement.otherwise(), scope.inner());
        }
    }

    private Value.Code recursion(Statement.For statement, Scope scope, int depth) {
        return (runtime, arguments) -> {
            if (arguments.positional().size() != 1) {
                throw new Failure("loop() takes what the loop is to go through");
            }
            StringBuilder outer = out;
            out = new StringBuilder();
            loop(statement, arguments.positional().getFirst(), scope, depth + 1);
            Value text = Value.of(out.toString());
            out = outer;
            return text;
        };
    }

    private Iterator<Value> filtered(Statement.For statement, Iterator<Value> values, Scope scope) {
        if (statement.filter().isEmpty()) {
            return values;
        }
        Expression filter = statement.filter().get();
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(values, Spliterator.ORDERED), false)
                .filter(value -> {
                    Scope test = scope.inner();
                    assign(statement.target(), value, test);
                    return evaluator.evaluate(filter, test).truth();
                })
                .iterator();
    }

    private void assign(Target target, Value value, Scope scope) {
        budget.step();
        switch (target) {
            case Target.Variable(String name) -> scope.set(name, value);
            case Target.Attribute(String name, String attribute) -> {
                if (!(scope.get(name) instanceof Value.Namespace namespace)) {
                    throw new Failure(
                            "%s is no namespace: nothing can be given to %s.%s".formatted(name, name, attribute));
                }
                namespace.attributes().put(attribute, value);
            }
            case Target.Several(List<Target> targets) -> {
                List<Value> values = new ArrayList<>(new Walk(budget).list(value));
                if (values.size() != targets.size()) {
                    throw new Failure("%d values for %d names".formatted(values.size(), targets.size()));
                }
                for (int i = 0; i < values.size(); i++) {
                    assign(targets.get(i), values.get(i), scope);
                }
            }
        }
    }
}
