package dev.lathe.data;

import java.util.Optional;

/**
 * Which columns hold answers to choose between, or what somebody thought of the answer.
 *
 * @param ranking whether the data set is one of pairs
 * @param chosen the better answer of a pair
 * @param rejected the worse one
 * @param tag {@code kto_tag}: true for a good answer
 */
record AnswerColumns(boolean ranking, Optional<String> chosen, Optional<String> rejected, Optional<String> tag) {}
