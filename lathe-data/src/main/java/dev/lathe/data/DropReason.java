package dev.lathe.data;

import java.util.Arrays;
import java.util.Optional;

/** Why a row cannot be trained on. */
public enum DropReason {
    NO_ANSWER(0, "no answer"),
    NO_MESSAGES(1, "no messages"),
    NO_LAST_ANSWER(2, "the last message is not an answer"),
    NO_TEXT(3, "a message has no text"),
    UNKNOWN_ROLE(4, "a message has a role that is not among the tags"),
    WRONG_TURN(5, "question and answer do not take turns"),
    NO_TOKENS(6, "the template makes no tokens of it"),
    NO_PAIR(7, "no pair of a chosen and a rejected answer"),
    NO_LAST_QUESTION(8, "the messages before a pair of answers do not end with a question"),
    NO_TAG(9, "no kto_tag of true or false"),
    TAGGED(10, "its answer has a kto_tag, which stage kto alone can use");

    private final int code;
    private final String words;

    DropReason(int code, String words) {
        this.code = code;
        this.words = words;
    }

    /** What stands for it in files of cached rows; never to be given to another reason. */
    int code() {
        return code;
    }

    /** The reason with this code, or none. */
    static Optional<DropReason> of(int code) {
        return Arrays.stream(values()).filter(reason -> reason.code == code).findFirst();
    }

    /** For people. */
    public String words() {
        return words;
    }
}
