package dev.lathe.data;

import dev.lathe.text.Message;
import dev.lathe.text.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Sharegpt format: a list of messages in which questions and answers take turns. A system message in front wins over the
 * system column.
 */
final class ShareGptConverter implements RowConverter {
    private final ShareGptColumns columns;
    private final MessageFields fields;

    ShareGptConverter(ShareGptColumns columns) {
        this.columns = columns;
        this.fields = new MessageFields(columns.messages(), columns.tags());
    }

    @Override
    public Converted convert(RawRow raw) {
        Cells cells = new Cells(raw);
        List<Cell> said = cells.items(columns.messages());
        String system = columns.system().flatMap(cells::text).orElse("");
        if (!said.isEmpty() && fields.role(cells, said.getFirst()).equals(Optional.of(Role.SYSTEM))) {
            system = fields.content(cells, said.getFirst()).orElse("");
            said = said.subList(1, said.size());
        }
        List<Message> messages = new ArrayList<>();
        for (Cell message : said) {
            Optional<Role> role = fields.role(cells, message);
            if (role.isEmpty()) {
                return new Converted.Dropped(DropReason.UNKNOWN_ROLE);
            }
            if (role.get() == Role.SYSTEM) {
                return new Converted.Dropped(DropReason.WRONG_TURN);
            }
            Optional<String> content = fields.content(cells, message);
            if (content.isEmpty()) {
                return new Converted.Dropped(DropReason.NO_TEXT);
            }
            messages.add(new Message(role.get(), content.get()));
        }
        String tools = columns.tools().flatMap(cells::json).orElse("");
        return new Dialogue(messages, system, tools).row(cells, columns.answers(), answer -> answer(cells, answer));
    }

    @Override
    public Set<String> expected() {
        return columns.expected();
    }

    private Optional<Message> answer(Cells cells, Cell message) {
        if (message instanceof Cell.Missing) {
            return Optional.empty();
        }
        return fields.role(cells, message).filter(Dialogue::isAnswer).flatMap(role -> fields.content(cells, message)
                .map(text -> new Message(role, text)));
    }
}
