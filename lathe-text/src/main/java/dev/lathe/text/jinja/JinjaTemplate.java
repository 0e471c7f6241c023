package dev.lathe.text.jinja;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.UserError;
import java.time.Clock;
import java.util.List;
import java.util.Map;

/**
 * A Jinja template, read once and rendered often. Means what Jinja2 3.1 and transformers' {@code apply_chat_template} mean
 * by it, down to the blanks: a small interpreter of the documented language, because a token more or less is another prompt.
 * The template may come from anywhere: it reaches no object of Java, cannot load or write anything, and its steps, depth
 * and sizes are bounded ({@link Budget}; ten million steps take about a second).
 */
public final class JinjaTemplate {
    private static final int LARGEST_TEMPLATE = 1 << 20;

    private final List<Statement> statements;

    private JinjaTemplate(List<Statement> statements) {
        this.statements = statements;
    }

    /** Throws {@link UserError} with the line where the template is broken. */
    public static JinjaTemplate parse(String template) {
        if (template.length() > LARGEST_TEMPLATE) {
            throw new UserError("the chat template has %d characters, more than the %d that Lathe reads"
                    .formatted(template.length(), LARGEST_TEMPLATE));
        }
        return new JinjaTemplate(StatementParser.parse(template));
    }

    /**
     * The text. {@code clock}: what {@code strftime_now} reads. Throws {@link UserError} with the template's own words when
     * it raises an exception, and with the line and the reason when it cannot be rendered.
     */
    public String render(Map<String, JsonNode> variables, Clock clock) {
        Renderer renderer = new Renderer(new Runtime(new Budget(), clock));
        try {
            Map<String, Value> values = Globals.values();
            variables.forEach((name, value) -> values.put(name, JsonValues.of(value)));
            renderer.run(statements, Scope.outermost(values));
            return renderer.text();
        } catch (Failure e) {
            throw new UserError(
                    "the model's chat template fails in line %d: %s. Name a template instead (template: chatml, ...)"
                            .formatted(renderer.line(), e.getMessage()),
                    e);
        }
    }
}
