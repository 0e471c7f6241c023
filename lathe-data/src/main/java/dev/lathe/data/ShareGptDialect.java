package dev.lathe.data;

import dev.lathe.text.Message;
import dev.lathe.text.Role;
import java.util.List;
import java.util.Optional;

/** Sharegpt's messages: every one is a text, and a message a turn. */
record ShareGptDialect(MessageFields fields) implements MessageDialect {
    @Override
    public Optional<String> text(Cells cells, Cell message) {
        return fields.content(cells, message);
    }

    @Override
    public Optional<Message> message(Cells cells, Cell message, Role role) {
        return text(cells, message).map(text -> new Message(role, text));
    }

    @Override
    public Dialogue dialogue(List<Message> messages, String system, String tools) {
        return new Dialogue(messages, system, tools);
    }
}
