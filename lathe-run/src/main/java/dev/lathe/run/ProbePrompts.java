package dev.lathe.run;

import dev.lathe.text.ChatEncoder;
import dev.lathe.text.Message;
import dev.lathe.text.Role;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** A few short texts in several scripts, to see whether two models say the same. */
record ProbePrompts(ChatEncoder encoder, int vocabulary) {
    private static final List<String> QUESTIONS = List.of(
            "Who are you?",
            "What is 17 + 25? Answer with the number only.",
            "Write a Java method that reverses a list.",
            "用一句话介绍你自己。",
            "Warum ist der Himmel blau?");
    private static final String STORY = "Once upon a time, there was a little girl named Lily. She liked to";

    /** Token ids; those that the model has no row for are left out. */
    List<int[]> ids() {
        Stream<int[]> chats =
                QUESTIONS.stream().map(question -> encoder.prompt(List.of(new Message(Role.USER, question)), "", ""));
        return Stream.concat(Stream.of(encoder.tokenizer().encodeWithSpecialTokens(STORY)), chats)
                .map(ids -> Arrays.stream(ids).filter(id -> id < vocabulary).toArray())
                .filter(ids -> ids.length > 0)
                .toList();
    }
}
