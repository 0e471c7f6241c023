package dev.lathe.data;

import dev.lathe.text.Message;
import dev.lathe.text.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Rows with a list of messages, in which questions and answers take turns. A system message in front wins over the system
 * column.
 */
final class MessageListConverter implements RowConverter {
    private final ShareGptColumns columns;
    private final MessageFields fields;
    private final MessageDialect dialect;

    private MessageListConverter(ShareGptColumns columns, MessageFields fields, MessageDialect dialect) {
        this.columns = columns;
        this.fields = fields;
        this.dialect = dialect;
    }

    static MessageListConverter shareGpt(ShareGptColumns columns) {
        MessageFields fields = new MessageFields(columns.messages(), columns.tags());
        return new MessageListConverter(columns, fields, new ShareGptDialect(fields));
    }

    static MessageListConverter openAi(ShareGptColumns columns) {
        MessageFields fields = new MessageFields(columns.messages(), columns.tags());
        return new MessageListConverter(
                columns, fields, new OpenAiDialect(fields, columns.tags().content()));
    }

    @Override
    public Converted convert(RawRow raw) {
        Cells cells = new Cells(raw);
        List<Cell> said = cells.items(columns.messages());
        String system = columns.system().flatMap(cells::text).orElse("");
        if (!said.isEmpty() && fields.role(cells, said.getFirst()).equals(Optional.of(Role.SYSTEM))) {
            system = dialect.text(cells, said.getFirst()).orElse("");
            said = said.subList(1, said.size());
        }
        List<Message> messages = new ArrayList<>();
        for (Cell each : said) {
            Optional<Role> role = fields.role(cells, each);
            if (role.isEmpty()) {
                return new Converted.Dropped(DropReason.UNKNOWN_ROLE);
            }
            if (role.get() == Role.SYSTEM) {
                return new Converted.Dropped(DropReason.WRONG_TURN);
            }
            Optional<Message> message = dialect.message(cells, each, role.get());
            if (message.isEmpty()) {
                return new Converted.Dropped(DropReason.NO_TEXT);
            }
            messages.add(message.get());
        }
        String tools = columns.tools().flatMap(cells::json).orElse("");
        return dialect.dialogue(messages, system, tools).row(cells, columns.answers(), answer -> answer(cells, answer));
    }

    @Override
    public Set<String> expected() {
        return columns.expected();
    }

    private Optional<Message> answer(Cells cells, Cell message) {
        if (message instanceof Cell.Missing) {
            return Optional.empty();
        }
        return fields.role(cells, message)
                .filter(Dialogue::isAnswer)
                .flatMap(role -> dialect.message(cells, message, role));
    }
}
