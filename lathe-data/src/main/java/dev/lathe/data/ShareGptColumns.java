package dev.lathe.data;

import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which columns of a file in sharegpt or openai format hold what, and how its messages name their parts.
 *
 * @param messages the column with the list of messages
 */
record ShareGptColumns(
        String messages, Optional<String> system, Optional<String> tools, Tags tags, AnswerColumns answers) {
    /** Columns that at least one row must have. */
    Set<String> expected() {
        Stream<Optional<String>> needed = answers.ranking()
                ? Stream.of(Optional.of(messages), answers.chosen(), answers.rejected())
                : Stream.of(Optional.of(messages), answers.tag());
        return needed.flatMap(Optional::stream).collect(Collectors.toSet());
    }

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
