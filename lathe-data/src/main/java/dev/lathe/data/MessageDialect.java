package dev.lathe.data;

import dev.lathe.text.Message;
import dev.lathe.text.Role;
import java.util.List;
import java.util.Optional;

/** How one format writes the messages of a conversation. */
sealed interface MessageDialect permits ShareGptDialect, OpenAiDialect {
    /** The text of a message that says nothing but text; empty when it is null. */
    Optional<String> text(Cells cells, Cell message);

    /** What a speaker says; empty when that is nothing. */
    Optional<Message> message(Cells cells, Cell message, Role role);

    /** All that was said but the system text, as a dialogue of turns. */
    Dialogue dialogue(List<Message> messages, String system, String tools);
}
