package dev.lathe.data;

import dev.lathe.base.UserError;
import dev.lathe.text.Message;
import dev.lathe.text.Role;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Sharegpt format: a list of messages in which a question (user, observation) and an answer (assistant, function) take
 * turns. A system message in front wins over the system column.
 */
final class ShareGptConverter implements RowConverter {
    private final ShareGptColumns columns;
    private final Map<String, Role> roles = new HashMap<>();

    ShareGptConverter(ShareGptColumns columns) {
        this.columns = columns;
        ShareGptColumns.Tags tags = columns.tags();
        tags.user().ifPresent(tag -> roles.put(tag, Role.USER));
        tags.assistant().ifPresent(tag -> roles.put(tag, Role.ASSISTANT));
        tags.observation().ifPresent(tag -> roles.put(tag, Role.OBSERVATION));
        tags.function().ifPresent(tag -> roles.put(tag, Role.FUNCTION));
        tags.system().ifPresent(tag -> roles.put(tag, Role.SYSTEM));
    }

    @Override
    public Converted convert(RawRow raw) {
        Cells cells = new Cells(raw);
        List<Cell> said = cells.items(columns.messages());
        String system = columns.system().flatMap(cells::text).orElse("");
        if (!said.isEmpty() && role(cells, said.getFirst()).equals(Optional.of(Role.SYSTEM))) {
            system = content(cells, said.getFirst()).orElse("");
            said = said.subList(1, said.size());
        }
        if (said.isEmpty()) {
            return new Converted.Dropped(DropReason.NO_MESSAGES);
        }
        List<Message> messages = new ArrayList<>();
        for (Cell message : said) {
            Optional<Role> role = role(cells, message);
            if (role.isEmpty()) {
                return new Converted.Dropped(DropReason.UNKNOWN_ROLE);
            }
            if (!hasTurn(role.get(), messages.size())) {
                return new Converted.Dropped(DropReason.WRONG_TURN);
            }
            Optional<String> content = content(cells, message);
            if (content.isEmpty()) {
                return new Converted.Dropped(DropReason.NO_TEXT);
            }
            messages.add(new Message(role.get(), content.get()));
        }
        if (messages.size() % 2 != 0) {
            return new Converted.Dropped(DropReason.NO_LAST_ANSWER);
        }
        return new Converted.Kept(new Row(
                messages.subList(0, messages.size() - 1),
                List.of(messages.getLast()),
                system,
                columns.tools().flatMap(cells::text).orElse("")));
    }

    @Override
    public Set<String> expected() {
        return Set.of(columns.messages());
    }

    private Optional<Role> role(Cells cells, Cell message) {
        return part(cells, message, columns.tags().role()).map(roles::get);
    }

    private Optional<String> content(Cells cells, Cell message) {
        return part(cells, message, columns.tags().content());
    }

    private Optional<String> part(Cells cells, Cell message, String field) {
        Map<String, Cell> fields = cells.fields(message, "a message of " + columns.messages());
        Cell part = fields.get(field);
        if (part == null) {
            throw new UserError(
                    "%s: a message of `%s` has no `%s`; it has %s. `tags` in dataset_info.json says how a message names its parts"
                            .formatted(
                                    cells.row().place(),
                                    columns.messages(),
                                    field,
                                    String.join(", ", fields.keySet())));
        }
        return cells.text(part, field);
    }

    private static boolean hasTurn(Role role, int turn) {
        boolean asks = role == Role.USER || role == Role.OBSERVATION;
        boolean answers = role == Role.ASSISTANT || role == Role.FUNCTION;
        return turn % 2 == 0 ? asks : answers;
    }
}
