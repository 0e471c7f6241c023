package dev.lathe.text;

/** Foreign text in a message for people. */
final class Quoted {
    private static final int LONGEST = 200;

    private Quoted() {}

    /** The beginning of a long text. */
    static String briefly(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
    }
}
