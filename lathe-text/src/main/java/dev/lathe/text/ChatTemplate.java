package dev.lathe.text;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.el.JinjavaNodePreProcessor;
import com.hubspot.jinjava.interpret.Context;
import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.lib.filter.Filter;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import dev.lathe.base.UserError;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A model's own chat template: Jinja as Hugging Face runs it (trim_blocks and lstrip_blocks on, {@code raise_exception},
 * the special tokens as variables). The template comes with a model from anywhere, so steps, depth and sizes are bounded,
 * and what it puts out is never read as Jinja again.
 */
public final class ChatTemplate {
    private static final int LARGEST_TEMPLATE = 1 << 20;
    private static final int LARGEST_OUTPUT = 16 << 20;
    private static final int LARGEST_LIST = 100_000;
    private static final int DEEPEST = 50;
    private static final int MOST_STEPS = 200_000;

    private static final Pattern STRING =
            Pattern.compile("'(?:\\\\.|[^'\\\\])*+'|\"(?:\\\\.|[^\"\\\\])*+\"", Pattern.DOTALL);
    private static final Pattern FILTER = Pattern.compile("\\|\\s*([A-Za-z_]\\w*)");

    private final String jinja;
    private final Map<String, String> specialTokens;

    private ChatTemplate(String jinja, Map<String, String> specialTokens) {
        this.jinja = jinja;
        this.specialTokens = specialTokens;
    }

    /** {@code specialTokens}: the variables bos_token, eos_token and so on. */
    static ChatTemplate of(String jinja, Map<String, String> specialTokens) {
        if (jinja.length() > LARGEST_TEMPLATE) {
            throw new UserError("the chat template has %d characters, more than the %d that Lathe reads"
                    .formatted(jinja.length(), LARGEST_TEMPLATE));
        }
        JinjaWhitespace.Resolved resolved = JinjaWhitespace.resolved(jinja);
        Set<String> known = jinjava(new AtomicInteger()).getGlobalContext().getAllFilters().stream()
                .map(Filter::getName)
                .collect(Collectors.toSet());
        resolved.tags().forEach(tag -> checkFilters(tag, known));
        return new ChatTemplate(resolved.jinja(), Map.copyOf(specialTokens));
    }

    /** jinjava takes a filter it does not know for nothing at all, and the text would be wrong in silence. */
    private static void checkFilters(String tag, Set<String> known) {
        Matcher filter = FILTER.matcher(STRING.matcher(tag).replaceAll("''"));
        while (filter.find()) {
            if (!known.contains(filter.group(1))) {
                throw new UserError(
                        "the model's chat template uses the filter %s, which Lathe's Jinja does not have; name a template instead (template: chatml, ...)"
                                .formatted(filter.group(1)));
            }
        }
    }

    /** The tokenizer's own chat template. Throws {@link UserError} when it has none. */
    public static ChatTemplate of(Tokenizer tokenizer) {
        String jinja = tokenizer
                .chatTemplate()
                .orElseThrow(() -> new UserError(
                        "this model's tokenizer has no chat template; name a template (template: chatml, ...)"));
        return of(jinja, tokenizer.specialTokens().named());
    }

    /**
     * The conversation as text, special tokens written out. Throws {@link UserError} with the template's own words when
     * it refuses the conversation, and when it asks for more than Lathe's Jinja can do.
     */
    public String render(List<Message> messages, boolean addGenerationPrompt) {
        Map<String, Object> variables = new LinkedHashMap<>(specialTokens);
        List<Map<String, Object>> list = new ArrayList<>();
        for (Message message : messages) {
            list.add(Map.of("role", roleOf(message.role()), "content", message.content()));
        }
        variables.put("messages", list);
        variables.put("add_generation_prompt", addGenerationPrompt);
        RenderResult result = jinjava(new AtomicInteger()).renderForResult(jinja, variables);
        if (result.hasErrors()) {
            throw unrendered(result.getErrors().getFirst());
        }
        return result.getOutput();
    }

    private static UserError unrendered(TemplateError error) {
        for (Throwable cause = error.getException(); cause != null; cause = cause.getCause()) {
            if (cause instanceof UserError own) {
                return own;
            }
        }
        return new UserError(
                "the model's chat template cannot be rendered: %s. Name a template instead (template: chatml, ...)"
                        .formatted(error.getMessage()));
    }

    private static String roleOf(Role role) {
        return role == Role.OBSERVATION ? "tool" : role.name().toLowerCase(Locale.ROOT);
    }

    private static Jinjava jinjava(AtomicInteger steps) {
        Jinjava jinjava = new Jinjava(JinjavaConfig.newBuilder()
                .withNestedInterpretationEnabled(false)
                .withMaxOutputSize(LARGEST_OUTPUT)
                .withMaxStringLength(LARGEST_OUTPUT)
                .withMaxListSize(LARGEST_LIST)
                .withMaxMapSize(LARGEST_LIST)
                .withRangeLimit(LARGEST_LIST)
                .withDisabled(Map.of(
                        Context.Library.TAG, Set.of("include", "import", "from", "extends"),
                        Context.Library.FILTER, Set.of("center")))
                .withRestrictedMethods(Set.of("repeat", "formatted", "indent"))
                .withNodePreProcessor(new JinjavaNodePreProcessor().andThen((node, interpreter) -> {
                    if (!interpreter.getErrors().isEmpty()) {
                        // jinjava would go on without the value
                        throw unrendered(interpreter.getErrors().getFirst());
                    }
                    if (steps.incrementAndGet() > MOST_STEPS) {
                        throw new UserError("the model's chat template takes more than %d steps".formatted(MOST_STEPS));
                    }
                }))
                .withMaxRenderDepth(DEEPEST)
                .withMaxMacroRecursionDepth(DEEPEST)
                .withLegacyOverrides(LegacyOverrides.newBuilder()
                        .withEvaluateMapKeys(true)
                        .withIterateOverMapKeys(true)
                        .withUsePyishObjectMapper(true)
                        .withUseNaturalOperatorPrecedence(true)
                        .withParseWhitespaceControlStrictly(true)
                        .withAllowAdjacentTextNodes(true)
                        .withKeepNullableLoopValues(true)
                        .build())
                .build());
        jinjava.getGlobalContext()
                .registerFunction(
                        new ELFunctionDefinition("", "raise_exception", ChatTemplate.class, "refuse", String.class));
        return jinjava;
    }

    /** What {@code raise_exception} calls. */
    public static String refuse(String reason) {
        throw new UserError("the model's chat template refuses this conversation: " + reason);
    }
}
