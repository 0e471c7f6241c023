package dev.lathe.text.jinja;

/** Python's escapes in a string literal, as Jinja resolves them. */
final class Escapes {
    private final String literal;
    private final int line;
    private final StringBuilder out = new StringBuilder();
    private int at;

    private Escapes(String literal, int line) {
        this.literal = literal;
        this.line = line;
    }

    /** {@code literal}: what stands between the quotes, in that line of the template. */
    static String resolved(String literal, int line) {
        return literal.indexOf('\\') < 0 ? literal : new Escapes(literal, line).run();
    }

    private String run() {
        while (at < literal.length()) {
            char c = literal.charAt(at++);
            if (c == '\\') {
                escape();
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    private void escape() {
        int c = literal.codePointAt(at);
        at += Character.charCount(c);
        switch (c) {
            case '\n' -> {}
            case '\\', '\'', '"' -> out.append((char) c);
            case 'a' -> out.append('\u0007');
            case 'b' -> out.append('\b');
            case 'f' -> out.append('\f');
            case 'n' -> out.append('\n');
            case 'r' -> out.append('\r');
            case 't' -> out.append('\t');
            case 'v' -> out.append('\u000b');
            case 'x' -> hex(2);
            case 'u' -> hex(4);
            case 'U' -> hex(8);
            case 'N' -> named();
            default -> other(c);
        }
    }

    private void other(int c) {
        if (c >= '0' && c <= '7') {
            int end = at;
            while (end < literal.length() && end < at + 2 && literal.charAt(end) >= '0' && literal.charAt(end) <= '7') {
                end++;
            }
            out.appendCodePoint(Integer.parseInt(literal.substring(at - 1, end), 8));
            at = end;
        } else if (c < 0x80) {
            out.append('\\').appendCodePoint(c);
        } else { // Jinja writes the character as an escape before it resolves escapes, and the backslash takes that
            // one's
            out.append(PythonText.escape(c));
        }
    }

    private void hex(int digits) {
        int end = Math.min(at + digits, literal.length());
        String hex = literal.substring(at, end);
        if (!hex.matches("[0-9a-fA-F]{" + digits + "}") || Long.parseLong(hex, 16) > Character.MAX_CODE_POINT) {
            throw Lexer.broken("a string has an escape with %d digits that is none: %s".formatted(digits, hex), line);
        }
        out.appendCodePoint(Integer.parseInt(hex, 16));
        at = end;
    }

    private void named() {
        int close = literal.indexOf('}', at);
        try {
            if (close < 0 || literal.charAt(at) != '{') {
                throw new IllegalArgumentException();
            }
            out.appendCodePoint(Character.codePointOf(literal.substring(at + 1, close)));
            at = close + 1;
        } catch (IllegalArgumentException e) {
            throw Lexer.broken("a string has an escape \\N that names no character", line);
        }
    }
}
