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
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The messages that OpenAI's API takes. Calls of tools are a field of an answer, several answers of tools follow one
 * another and become one, and tools are a list of objects. As in the reference, a system text that does not say whether to
 * think is told not to, where no tools are on offer.
 */
final class OpenAiConverter implements RowConverter {
    /** Between the answers of several tools. */
    private static final String NEXT_TOOL = "\n</tool_response>\n<tool_response>\n";

    private static final String NO_THINKING = "detailed thinking off";
    private static final String THINKING = "detailed thinking on";

    private final ShareGptColumns columns;
    private final MessageFields fields;

    OpenAiConverter(ShareGptColumns columns) {
        this.columns = columns;
        this.fields = new MessageFields(columns.messages(), columns.tags());
    }

    @Override
    public Converted convert(RawRow raw) {
        Cells cells = new Cells(raw);
        List<Cell> said = cells.items(columns.messages());
        String system = columns.system().flatMap(cells::text).orElse("");
        if (!said.isEmpty() && fields.role(cells, said.getFirst()).equals(Optional.of(Role.SYSTEM))) {
            system = content(cells, said.getFirst()).orElse("");
            said = said.subList(1, said.size());
        }
        List<Message> messages = new ArrayList<>();
        List<String> answersOfTools = new ArrayList<>();
        for (Cell each : said) {
            Optional<Role> role = fields.role(cells, each);
            if (role.isEmpty()) {
                return new Converted.Dropped(DropReason.UNKNOWN_ROLE);
            }
            if (role.get() == Role.SYSTEM) {
                return new Converted.Dropped(DropReason.WRONG_TURN);
            }
            Optional<Message> message = message(cells, each, role.get());
            if (message.isEmpty()) {
                return new Converted.Dropped(DropReason.NO_TEXT);
            }
            if (role.get() == Role.OBSERVATION) {
                answersOfTools.add(message.get().content());
                continue;
            }
            if (!answersOfTools.isEmpty()) { // those that nobody answers are left out, as in the reference
                messages.add(new Message(Role.OBSERVATION, String.join(NEXT_TOOL, answersOfTools)));
                answersOfTools.clear();
            }
            messages.add(message.get());
        }
        String tools = columns.tools().flatMap(cells::json).orElse("");
        return new Dialogue(messages, withThinking(system, !tools.isEmpty()), tools)
                .row(cells, columns.answers(), answer -> answer(cells, answer));
    }

    @Override
    public Set<String> expected() {
        return columns.expected();
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

    private Optional<Message> answer(Cells cells, Cell message) {
        if (message instanceof Cell.Missing) {
            return Optional.empty();
        }
        return fields.role(cells, message).filter(Dialogue::isAnswer).flatMap(role -> message(cells, message, role));
    }

    /** Empty when it has neither text nor calls. */
    private Optional<Message> message(Cells cells, Cell message, Role role) {
        if (Dialogue.isAnswer(role)
                && fields.optional(cells, message, "tool_calls") instanceof Cell.Items(List<Cell> calls)
                && !calls.isEmpty()) {
            String written = calls.stream().map(call -> call(cells, call)).collect(Collectors.joining(", ", "[", "]"));
            return Optional.of(new Message(Role.FUNCTION, written));
        }
        return content(cells, message).map(text -> new Message(role, text));
    }

    private Optional<String> content(Cells cells, Cell message) {
        String field = columns.tags().content();
        return cells.text(fields.optional(cells, message, field), field);
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
