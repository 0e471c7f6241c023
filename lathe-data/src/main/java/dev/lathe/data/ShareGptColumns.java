package dev.lathe.data;

import java.util.Optional;

/**
 * Which columns of a file in sharegpt format hold what, and how its messages name their parts.
 *
 * @param messages the column with the list of messages
 */
record ShareGptColumns(String messages, Optional<String> system, Optional<String> tools, Tags tags) {
    /** @param role the field with the speaker's name; @param content the field with the text; the rest are speakers */
    record Tags(
            String role,
            String content,
            Optional<String> user,
            Optional<String> assistant,
            Optional<String> observation,
            Optional<String> function,
            Optional<String> system) {}
}
