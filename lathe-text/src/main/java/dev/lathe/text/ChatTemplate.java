package dev.lathe.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.lathe.base.Json;
import dev.lathe.base.UserError;
import dev.lathe.text.jinja.JinjaTemplate;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A model's own chat template, rendered as transformers' {@code apply_chat_template} does, with the tokenizer's special
 * tokens as variables. Tested against its text for the tokenizers of the reference.
 */
public final class ChatTemplate {
    private final JinjaTemplate jinja;
    private final Map<String, String> specialTokens;
    private final Clock clock;

    private ChatTemplate(JinjaTemplate jinja, Map<String, String> specialTokens, Clock clock) {
        this.jinja = jinja;
        this.specialTokens = Map.copyOf(specialTokens);
        this.clock = clock;
    }

    /**
     * What a template gets, in the layout of the chat APIs.
     *
     * @param messages list of {@code role}, {@code content} and whatever else the template reads ({@code tool_calls}, ...)
     * @param tools descriptions of the tools that the model may call
     * @param documents texts that the model may refer to
     * @param variables more that a template asks for, such as {@code enable_thinking}
     */
    public record Conversation(
            JsonNode messages,
            Optional<JsonNode> tools,
            Optional<JsonNode> documents,
            boolean addGenerationPrompt,
            Map<String, JsonNode> variables) {
        /** Messages alone. */
        public Conversation(JsonNode messages, boolean addGenerationPrompt) {
            this(messages, Optional.empty(), Optional.empty(), addGenerationPrompt, Map.of());
        }
    }

    /** {@code specialTokens}: the variables bos_token, eos_token and so on. */
    static ChatTemplate of(String jinja, Map<String, String> specialTokens, Clock clock) {
        return new ChatTemplate(JinjaTemplate.parse(jinja), specialTokens, clock);
    }

    /** The tokenizer's own chat template, with the system's clock. Throws {@link UserError} when it has none. */
    public static ChatTemplate of(Tokenizer tokenizer) {
        return of(tokenizer, Clock.systemDefaultZone());
    }

    /**
     * The tokenizer's own chat template; {@code clock} says what day it is. Throws {@link UserError} when it has none or
     * when it is broken.
     */
    static ChatTemplate of(Tokenizer tokenizer, Clock clock) {
        String jinja = tokenizer
                .chatTemplate()
                .orElseThrow(() -> new UserError(
                        "this model's tokenizer has no chat template; name a template (template: chatml, ...)"));
        return of(jinja, tokenizer.specialTokens().named(), clock);
    }

    /**
     * The conversation as text, special tokens written out. Throws {@link UserError} with the template's own words when
     * it refuses the conversation, and with its line and the reason when it cannot be rendered.
     */
    public String render(List<Message> messages, boolean addGenerationPrompt) {
        ArrayNode list = Json.MAPPER.createArrayNode();
        for (Message message : messages) {
            list.addObject().put("role", roleOf(message.role())).put("content", message.content());
        }
        return render(new Conversation(list, addGenerationPrompt));
    }

    /** The same for a conversation with tools, documents or variables. */
    public String render(Conversation conversation) {
        Map<String, JsonNode> variables = new LinkedHashMap<>();
        specialTokens.forEach((part, token) -> variables.put(part, TextNode.valueOf(token)));
        variables.putAll(conversation.variables());
        variables.put("messages", conversation.messages());
        variables.put("tools", conversation.tools().orElse(NullNode.instance));
        variables.put("documents", conversation.documents().orElse(NullNode.instance));
        variables.put("add_generation_prompt", BooleanNode.valueOf(conversation.addGenerationPrompt()));
        return jinja.render(variables, clock);
    }

    private static String roleOf(Role role) {
        return role == Role.OBSERVATION ? "tool" : role.name().toLowerCase(Locale.ROOT);
    }
}
