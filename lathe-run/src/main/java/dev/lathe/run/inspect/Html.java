package dev.lathe.run.inspect;

/** Text as a page may hold it. */
final class Html {
    private Html() {}

    /** Shows any text as it is, in an element or a quoted attribute. */
    static String escaped(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.append(c);
            }
        }
        return escaped.toString();
    }

    /** A piece of foreign text with signs for what cannot be seen, escaped. */
    static String visible(String text) {
        return escaped(TokenText.visible(text));
    }
}
