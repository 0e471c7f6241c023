package dev.lathe.text.jinja;

/** A piece of a template; {@code line} counts from 1. */
record Token(Kind kind, String text, int line) {
    enum Kind {
        /** Text between tags, with everything cut off that whitespace control removes. */
        DATA,
        OUTPUT_BEGIN,
        OUTPUT_END,
        TAG_BEGIN,
        TAG_END,
        NAME,
        /** Its text is the string itself, escapes resolved. */
        STRING,
        INTEGER,
        FLOAT,
        OPERATOR,
        END
    }

    boolean is(Kind kind) {
        return this.kind == kind;
    }

    boolean isName(String name) {
        return kind == Kind.NAME && text.equals(name);
    }

    boolean isOperator(String operator) {
        return kind == Kind.OPERATOR && text.equals(operator);
    }

    /** For messages. */
    String shown() {
        return switch (kind) {
            case DATA -> "text";
            case OUTPUT_BEGIN -> "'{{'";
            case OUTPUT_END -> "'}}'";
            case TAG_BEGIN -> "'{%'";
            case TAG_END -> "'%}'";
            case END -> "the end of the template";
            default -> "'" + text + "'";
        };
    }
}
