package dev.lathe.text.jinja;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A tag with what it encloses, or the text between tags. {@code line}: where it begins. */
sealed interface Statement {
    int line();

    record Text(int line, String text) implements Statement {}

    record Output(int line, Expression expression) implements Statement {}

    record If(int line, List<Branch> branches, List<Statement> otherwise) implements Statement {}

    record For(
            int line,
            Target target,
            Expression over,
            Optional<Expression> filter,
            boolean recursive,
            List<Statement> body,
            List<Statement> otherwise)
            implements Statement {}

    record Assignment(int line, Target target, Expression value) implements Statement {}

    record BlockAssignment(int line, Target target, Optional<Expression.Filter> filter, List<Statement> body)
            implements Statement {}

    record With(int line, List<Binding> bindings, List<Statement> body) implements Statement {}

    record MacroDefinition(int line, String name, Macro macro) implements Statement {}

    record CallBlock(int line, Expression.Call call, Macro caller) implements Statement {}

    record FilterBlock(int line, Expression.Filter filter, List<Statement> body) implements Statement {}

    /** transformers' mark around what the model says. */
    record Generation(int line, List<Statement> body) implements Statement {}

    record Break(int line) implements Statement {}

    record Continue(int line) implements Statement {}

    record Branch(int line, Expression test, List<Statement> body) {}

    record Binding(Target target, Expression value) {}

    /** What a value is given to. */
    sealed interface Target {
        record Variable(String name) implements Target {}

        record Several(List<Target> targets) implements Target {}

        record Attribute(String namespace, String name) implements Target {}
    }

    /** The last of the parameters have the defaults. {@code uses}: names that the body mentions. */
    record Macro(List<String> parameters, List<Expression> defaults, List<Statement> body, Set<String> uses) {}
}
