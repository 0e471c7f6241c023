package dev.lathe.data;

/** Why a row cannot be trained on. Cached rows hold the place in this list: add at its end. */
public enum DropReason {
    NO_ANSWER("no answer"),
    NO_MESSAGES("no messages"),
    NO_LAST_ANSWER("the last message is not an answer"),
    NO_TEXT("a message has no text"),
    UNKNOWN_ROLE("a message has a role that is not among the tags"),
    WRONG_TURN("question and answer do not take turns"),
    NO_TOKENS("the template makes no tokens of it");

    private final String words;

    DropReason(String words) {
        this.words = words;
    }

    /** For people. */
    public String words() {
        return words;
    }
}
