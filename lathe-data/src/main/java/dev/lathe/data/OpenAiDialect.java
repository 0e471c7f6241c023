package dev.lathe.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Json;
import dev.lathe.text.Message;
import dev.lathe.text.Role;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The messages that OpenAI's API takes. Calls of tools are a field of an answer, several answers of tools follow one
 * another and become one, and tools are a list of objects. As in the reference, a system text that does not say whether to
 * think is told not to, where no tools are on offer.
 *
 * @param content the field with the text
 */
record OpenAiDialect(MessageFields fields, String content) implements MessageDialect {
    /** Between the answers of several tools. */
    private static final String NEXT_TOOL = "\n</tool_response>\n<tool_response>\n";

    private static final String NO_THINKING = "detailed thinking off";
    private static final String THINKING = "detailed thinking on";

    @Override
    public Optional<String> text(Cells cells, Cell message) {
        return cells.text(fields.optional(cells, message, content), content);
    }

    @Override
    public Optional<Message> message(Cells cells, Cell message, Role role) {
        if (Dialogue.isAnswer(role)
                && fields.optional(cells, message, "tool_calls") instanceof Cell.Items(List<Cell> calls)
                && !calls.isEmpty()) {
            String written = calls.stream().map(call -> call(cells, call)).collect(Collectors.joining(", ", "[", "]"));
            return Optional.of(new Message(Role.FUNCTION, written));
        }
        return text(cells, message).map(text -> new Message(role, text));
    }

    @Override
    public Dialogue dialogue(List<Message> messages, String system, String tools) {
        return new Dialogue(joined(messages), withThinking(system, !tools.isEmpty()), tools);
    }

    /** Answers of tools that follow one another as one; those that nobody answers are left out, as in the reference. */
    private static List<Message> joined(List<Message> messages) {
        List<Message> joined = new ArrayList<>();
        List<String> answersOfTools = new ArrayList<>();
        for (Message message : messages) {
            if (message.role() == Role.OBSERVATION) {
                answersOfTools.add(message.content());
                continue;
            }
            if (!answersOfTools.isEmpty()) {
                joined.add(new Message(Role.OBSERVATION, String.join(NEXT_TOOL, answersOfTools)));
                answersOfTools.clear();
            }
            joined.add(message);
        }
        return joined;
    }

    private static String withThinking(String system, boolean tools) {
        if (system.isEmpty()) {
            return tools ? "" : NO_THINKING;
        }
        if (tools) {
            return system + "\n";
        }
        return system.contains(THINKING) || system.contains(NO_THINKING) ? system : system + "\n" + NO_THINKING;
    }

    /** The function that is called, as JSON. Arguments that are JSON in a text are taken out of it. */
    private static String call(Cells cells, Cell call) {
        Cell function = cells.fields(call, "tool_calls").getOrDefault("function", new Cell.Missing());
        Map<String, Cell> parts = cells.fields(function, "function of tool_calls");
        Map<String, String> written = new LinkedHashMap<>();
        parts.forEach((name, value) -> written.put(
                name,
                name.equals("arguments") && value instanceof Cell.Text(String text) ? object(text) : value.json()));
        return written.entrySet().stream()
                .map(part -> new Cell.Text(part.getKey()).json() + ": " + part.getValue())
                .collect(Collectors.joining(", ", "{", "}"));
    }

    private static String object(String text) {
        try {
            JsonNode node = Json.MAPPER.readTree(text);
            return node != null && node.isObject() ? text : new Cell.Text(text).json();
        } catch (JsonProcessingException e) {
            return new Cell.Text(text).json();
        }
    }
}
