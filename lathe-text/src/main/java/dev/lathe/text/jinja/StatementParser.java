package dev.lathe.text.jinja;

import dev.lathe.text.jinja.Statement.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Jinja2's tags, loop controls and transformers' generation. What would load another template is refused. */
final class StatementParser {
    private static final List<String> NOT_HERE =
            List.of("include", "import", "from", "extends", "block", "autoescape", "do", "trans", "debug");

    private final Tokens tokens;
    private final ExpressionParser expressions;
    private int loops;

    private StatementParser(Tokens tokens) {
        this.tokens = tokens;
        this.expressions = new ExpressionParser(tokens);
    }

    /** Throws {@link dev.lathe.base.UserError} with the line where the template is broken. */
    static List<Statement> parse(String template) {
        Tokens tokens = new Tokens(Lexer.tokens(template));
        List<Statement> statements = new StatementParser(tokens).until(List.of());
        if (!tokens.current().is(Token.Kind.END)) {
            throw tokens.unexpected("a statement");
        }
        return statements;
    }

    /** Statements up to a tag with one of these names, which is then the current token; or to the template's end. */
    private List<Statement> until(List<String> ends) {
        tokens.enter();
        int begin = tokens.line();
        List<Statement> body = new ArrayList<>();
        while (!tokens.current().is(Token.Kind.END)) {
            Token token = tokens.next();
            switch (token.kind()) {
                case DATA -> body.add(new Statement.Text(token.line(), token.text()));
                case OUTPUT_BEGIN -> {
                    body.add(new Statement.Output(token.line(), expressions.tuple(true, "")));
                    tokens.expect(Token.Kind.OUTPUT_END, "'}}'");
                }
                default -> {
                    if (tokens.atName(ends)) {
                        tokens.leave();
                        return body;
                    }
                    body.add(statement(token.line()));
                    tokens.expect(Token.Kind.TAG_END, "'%}'");
                }
            }
        }
        if (!ends.isEmpty()) {
            throw Lexer.broken("there is no %s to what begins here".formatted(String.join(" or ", ends)), begin);
        }
        tokens.leave();
        return body;
    }

    /** What a tag encloses: the tag's end is read, and the name of the tag that ends it is not. */
    private List<Statement> body(String... ends) {
        tokens.skipOperator(":");
        tokens.expect(Token.Kind.TAG_END, "'%}'");
        return until(List.of(ends));
    }

    /** The same where only one tag can end it. */
    private List<Statement> wholeBody(String end) {
        List<Statement> body = body(end);
        tokens.next();
        return body;
    }

    /** A body of its own, which a loop's controls do not reach. */
    private List<Statement> closedBody(String end) {
        int outer = loops;
        loops = 0;
        List<Statement> body = wholeBody(end);
        loops = outer;
        return body;
    }

    private Statement statement(int line) {
        String name = tokens.expectName();
        return switch (name) {
            case "if" -> branches(line);
            case "for" -> loop(line);
            case "set" -> set(line);
            case "macro" -> new Statement.MacroDefinition(line, tokens.expectName(), macro());
            case "call" -> call(line);
            case "filter" -> filter(line);
            case "with" -> with(line);
            case "print" -> new Statement.Output(line, printed());
            case "generation" -> new Statement.Generation(line, closedBody("endgeneration"));
            case "break" -> inLoop(new Statement.Break(line), line);
            case "continue" -> inLoop(new Statement.Continue(line), line);
            default -> throw Lexer.broken(unknown(name), line);
        };
    }

    private static String unknown(String name) {
        return NOT_HERE.contains(name)
                ? "the tag %s is not for chat templates".formatted(name)
                : "there is no tag %s here".formatted(name);
    }

    private Statement inLoop(Statement control, int line) {
        if (loops == 0) {
            throw Lexer.broken("a break or continue stands outside of a loop", line);
        }
        return control;
    }

    private Statement branches(int line) {
        List<Statement.Branch> branches = new ArrayList<>();
        int from = line;
        while (true) {
            Expression test = expressions.tuple(false, "");
            branches.add(new Statement.Branch(from, test, body("elif", "else", "endif")));
            from = tokens.line();
            String end = tokens.expectName();
            if (end.equals("else")) {
                return new Statement.If(line, branches, wholeBody("endif"));
            } else if (end.equals("endif")) {
                return new Statement.If(line, branches, List.of());
            }
        }
    }

    private Statement loop(int line) {
        Target target = target("in");
        if (target instanceof Target.Variable(String name) && name.equals("loop")) {
            throw Lexer.broken("a loop cannot give its values to 'loop'", line);
        }
        if (!tokens.skipName("in")) {
            throw tokens.unexpected("'in'");
        }
        Expression over = expressions.tuple(false, "recursive");
        Optional<Expression> filter = tokens.skipName("if") ? Optional.of(expressions.expression()) : Optional.empty();
        boolean recursive = tokens.skipName("recursive");
        loops++;
        List<Statement> body = body("endfor", "else");
        loops--;
        List<Statement> otherwise = tokens.expectName().equals("else") ? wholeBody("endfor") : List.of();
        return new Statement.For(line, target, over, filter, recursive, body, otherwise);
    }

    private Statement set(int line) {
        Target target = target("");
        if (tokens.skipOperator("=")) {
            return new Statement.Assignment(line, target, expressions.tuple(true, ""));
        }
        Optional<Expression.Filter> filter = Optional.empty();
        while (tokens.skipOperator("|")) {
            filter = Optional.of(expressions.filter(filter.map(inner -> inner)));
        }
        return new Statement.BlockAssignment(line, target, filter, closedBody("endset"));
    }

    private Statement filter(int line) {
        Expression.Filter filter = expressions.filter(Optional.empty());
        while (tokens.skipOperator("|")) {
            filter = expressions.filter(Optional.of(filter));
        }
        return new Statement.FilterBlock(line, filter, closedBody("endfilter"));
    }

    private Statement with(int line) {
        List<Statement.Binding> bindings = new ArrayList<>();
        while (!tokens.current().is(Token.Kind.TAG_END)) {
            if (!bindings.isEmpty()) {
                tokens.expectOperator(",");
            }
            Target target = singleTarget();
            tokens.expectOperator("=");
            bindings.add(new Statement.Binding(target, expressions.expression()));
        }
        return new Statement.With(line, bindings, wholeBody("endwith"));
    }

    private Expression printed() {
        List<Expression> parts = new ArrayList<>();
        while (!tokens.current().is(Token.Kind.TAG_END)) {
            if (!parts.isEmpty()) {
                tokens.expectOperator(",");
            }
            parts.add(expressions.expression());
        }
        return new Expression.Concatenation(parts);
    }

    private Statement call(int line) {
        Set<String> before = tokens.collect();
        List<String> parameters = new ArrayList<>();
        List<Expression> defaults = new ArrayList<>();
        if (tokens.atOperator("(")) {
            parameters(parameters, defaults);
        }
        if (!(expressions.expression() instanceof Expression.Call call)) {
            throw Lexer.broken("the tag call needs a call", line);
        }
        List<Statement> body = closedBody("endcall");
        Set<String> uses = tokens.mentionedSince(before);
        return new Statement.CallBlock(line, call, new Statement.Macro(parameters, defaults, body, uses));
    }

    private Statement.Macro macro() {
        Set<String> before = tokens.collect();
        List<String> parameters = new ArrayList<>();
        List<Expression> defaults = new ArrayList<>();
        parameters(parameters, defaults);
        List<Statement> body = closedBody("endmacro");
        return new Statement.Macro(parameters, defaults, body, tokens.mentionedSince(before));
    }

    private void parameters(List<String> parameters, List<Expression> defaults) {
        tokens.expectOperator("(");
        while (!tokens.skipOperator(")")) {
            parameters.add(name(singleTarget()));
            if (tokens.skipOperator("=")) {
                defaults.add(expressions.expression());
            } else if (!defaults.isEmpty()) {
                throw tokens.broken("a parameter without a default follows one that has one");
            }
            if (!tokens.atOperator(")")) {
                tokens.expectOperator(",");
            }
        }
    }

    private String name(Target target) {
        if (target instanceof Target.Variable(String name)) {
            return name;
        }
        throw tokens.unexpected("a name");
    }

    /** One or several with commas between, up to the name {@code end} or the tag's end. */
    private Target target(String end) {
        List<Target> targets = new ArrayList<>();
        boolean comma = false;
        do {
            targets.add(singleTarget());
            comma |= tokens.atOperator(",");
        } while (tokens.skipOperator(",") && !tokens.current().isName(end) && !tokens.atOperator("=", ")"));
        return comma ? new Target.Several(targets) : targets.getFirst();
    }

    private Target singleTarget() {
        if (tokens.skipOperator("(")) {
            tokens.enter();
            Target inner = target("");
            tokens.leave();
            tokens.expectOperator(")");
            return inner;
        }
        String name = tokens.expectName();
        if (List.of("true", "True", "false", "False", "none", "None").contains(name)) {
            throw tokens.broken("nothing can be given to %s".formatted(name));
        }
        if (tokens.skipOperator(".")) {
            tokens.mention(name);
            return new Target.Attribute(name, tokens.expectName());
        }
        return new Target.Variable(name);
    }
}
