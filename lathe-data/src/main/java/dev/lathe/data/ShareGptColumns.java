package dev.lathe.data;

import java.util.Optional;

/**
 * Which columns of a file in sharegpt format hold what, and how its messages name their parts.
 *
 * @param messages the column with the list of messages
 */
record ShareGptColumns(String messages, Optional<String> system, Optional<String> tools, Tags tags) {
    /**
     * How a message names its parts, and its speakers.
     *
     * @param role the field with the speaker
     * @param content the field with the text
     */
    record Tags(
            String role,
            String content,
            Optional<String> user,
            Optional<String> assistant,
            Optional<String> observation,
            Optional<String> function,
            Optional<String> system) {}
}
