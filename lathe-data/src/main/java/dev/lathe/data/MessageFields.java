package dev.lathe.data;

import dev.lathe.base.UserError;
import dev.lathe.text.Role;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Reads single messages the way a data set's tags name their parts: who speaks, and what is said. */
final class MessageFields {
    private final String column;
    private final ShareGptColumns.Tags tags;
    private final Map<String, Role> roles = new HashMap<>();

    /** @param column the column that the messages stand in, for errors */
    MessageFields(String column, ShareGptColumns.Tags tags) {
        this.column = column;
        this.tags = tags;
        tags.user().ifPresent(tag -> roles.put(tag, Role.USER));
        tags.assistant().ifPresent(tag -> roles.put(tag, Role.ASSISTANT));
        tags.observation().ifPresent(tag -> roles.put(tag, Role.OBSERVATION));
        tags.function().ifPresent(tag -> roles.put(tag, Role.FUNCTION));
        tags.system().ifPresent(tag -> roles.put(tag, Role.SYSTEM));
    }

    /** The speaker; empty when it is none of the tags. */
    Optional<Role> role(Cells cells, Cell message) {
        return part(cells, message, tags.role()).map(roles::get);
    }

    /** The text; empty when it is null. */
    Optional<String> content(Cells cells, Cell message) {
        return part(cells, message, tags.content());
    }

    /** A part that a message need not have; {@link Cell.Missing} when it has none. */
    Cell optional(Cells cells, Cell message, String field) {
        return fields(cells, message).getOrDefault(field, new Cell.Missing());
    }

    private Optional<String> part(Cells cells, Cell message, String field) {
        Map<String, Cell> fields = fields(cells, message);
        Cell part = fields.get(field);
        if (part == null) {
            throw new UserError(
                    "%s: a message of `%s` has no `%s`; it has %s. `tags` in dataset_info.json says how a message names its parts"
                            .formatted(cells.row().place(), column, field, String.join(", ", fields.keySet())));
        }
        return cells.text(part, field);
    }

    private Map<String, Cell> fields(Cells cells, Cell message) {
        return cells.fields(message, "a message of " + column);
    }
}
