package dev.lathe.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.NearestNames;
import dev.lathe.base.UserError;
import dev.lathe.text.Template.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The templates that Lathe knows by name: the entries of {@code templates.json}, where what an entry does not say has
 * LLaMA-Factory's default. A new template is an entry there, and no code.
 */
public final class Templates {
    private static final String FILE = "templates.json";

    private Templates() {}

    /** All names, in alphabetical order. */
    public static List<String> names() {
        return Resources.names(FILE);
    }

    /** Throws {@link UserError} with the nearest name and the list of all when there is no such template. */
    public static Template byName(String name) {
        JsonNode entry = Resources.read(FILE).path(name);
        if (!entry.isObject()) {
            String nearest = NearestNames.to(name, names(), 1).getFirst();
            throw new UserError("template: there is no template %s; did you mean %s? Lathe knows: %s"
                    .formatted(name, nearest, String.join(", ", names())));
        }
        return read(name, entry);
    }

    /**
     * The template of a run that names none: read off the tokenizer's chat template, or {@code empty} where it has none.
     * Throws {@link UserError} when the chat template cannot be rendered or does not have the form of turns.
     */
    public static Template of(Tokenizer tokenizer) {
        return tokenizer.chatTemplate().isPresent() ? TemplateProbe.template(tokenizer) : byName("empty");
    }

    static Template read(String name, JsonNode entry) {
        boolean efficientEos = entry.path("efficient_eos").asBoolean();
        List<Slot> content = List.of(new Slot.Text("{{content}}"));
        List<Slot> user = slots(entry, "user", content);
        List<Slot> answer = efficientEos ? content : List.of(new Slot.Text("{{content}}"), new Slot.Eos());
        List<Slot> assistant = slots(entry, "assistant", answer);
        String toolFormat = entry.path("tool_format").asText("default");
        return new Template(
                name,
                Template.Kind.valueOf(entry.path("kind").asText("plain").toUpperCase(Locale.ROOT)),
                slots(entry, "prefix", List.of()),
                slots(entry, "system", content),
                user,
                assistant,
                slots(entry, "observation", user),
                slots(entry, "function", assistant),
                toolFormat,
                entry.path("function_format").asText(toolFormat),
                entry.path("default_system").asText(""),
                strings(entry.path("stop_words")),
                words(entry.path("thought_words"), new Words("<think>\n", "\n</think>\n\n")),
                words(entry.path("tool_call_words"), new Words("<tool_call>", "</tool_call>")),
                efficientEos,
                entry.path("replace_eos").asBoolean(),
                entry.path("replace_jinja_template").asBoolean(),
                Optional.of(entry.path("enable_thinking").asBoolean(true)),
                entry.path("preserve_thinking").asBoolean());
    }

    private static List<Slot> slots(JsonNode entry, String part, List<Slot> otherwise) {
        if (!entry.has(part)) {
            return otherwise;
        }
        List<Slot> slots = new ArrayList<>();
        for (JsonNode slot : entry.get(part)) {
            slots.add(slot(slot));
        }
        return slots;
    }

    private static Slot slot(JsonNode slot) {
        if (slot.isTextual()) {
            return new Slot.Text(slot.asText());
        }
        if (slot.has("token")) {
            return new Slot.Token(slot.get("token").asText());
        }
        return switch (slot.path("special").asText()) {
            case "bos_token" -> new Slot.Bos();
            case "eos_token" -> new Slot.Eos();
            default -> throw new IllegalArgumentException("no such slot: " + slot);
        };
    }

    private static List<String> strings(JsonNode array) {
        List<String> strings = new ArrayList<>();
        array.forEach(item -> strings.add(item.asText()));
        return strings;
    }

    private static Words words(JsonNode pair, Words otherwise) {
        return pair.size() == 2 ? new Words(pair.get(0).asText(), pair.get(1).asText()) : otherwise;
    }
}
