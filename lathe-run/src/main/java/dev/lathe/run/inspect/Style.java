package dev.lathe.run.inspect;

/** Colours of a terminal, or none. */
record Style(boolean colour) {
    String bold(String text) {
        return wrapped("1", text);
    }

    String dim(String text) {
        return wrapped("2", text);
    }

    /** What is trained. */
    String trained(String text) {
        return wrapped("32", text);
    }

    /** What is trained, for every second token, so that one sees where a token ends. */
    String trainedToo(String text) {
        return wrapped("1;32", text);
    }

    String warning(String text) {
        return wrapped("1;31", text);
    }

    String note(String text) {
        return wrapped("33", text);
    }

    private String wrapped(String code, String text) {
        return colour ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }
}
