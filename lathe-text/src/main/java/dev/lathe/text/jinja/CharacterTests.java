package dev.lathe.text.jinja;

import java.util.function.IntPredicate;

/** Python's {@code isalpha} and its like. */
final class CharacterTests {
    static final Table ALL = new Table(
            every("isalpha", Character::isLetter),
            every("isdigit", c -> Character.isDigit(c) || isSuperscriptDigit(c)),
            every("isdecimal", Character::isDigit),
            every("isnumeric", CharacterTests::isNumeric),
            every("isalnum", c -> Character.isLetter(c) || isNumeric(c)),
            every("isspace", PythonText::isSpace),
            test("isascii", text -> text.chars().allMatch(c -> c < 128)),
            test("isprintable", text -> text.codePoints().allMatch(PythonText::isPrintable)),
            test(
                    "isidentifier",
                    text -> !text.isEmpty()
                            && (text.charAt(0) == '_' || Character.isUnicodeIdentifierStart(text.codePointAt(0)))
                            && text.codePoints().allMatch(Character::isUnicodeIdentifierPart)),
            test("isupper", CharacterTests::isUpper),
            test("islower", CharacterTests::isLower),
            test("istitle", CharacterTests::isTitle));

    private CharacterTests() {}

    private interface Predicate {
        boolean holds(String text);
    }

    private static Native test(String name, Predicate predicate) {
        return new Native(name, "self", (runtime, in) -> {
            runtime.budget().text(StringMethods.self(in).length());
            return Value.of(predicate.holds(StringMethods.self(in)));
        });
    }

    private static Native every(String name, IntPredicate predicate) {
        return test(name, text -> !text.isEmpty() && text.codePoints().allMatch(predicate));
    }

    private static boolean isSuperscriptDigit(int c) {
        return Character.getType(c) == Character.OTHER_NUMBER && Character.digit(c, 10) < 0 && isScriptDigit(c);
    }

    private static boolean isScriptDigit(int c) {
        return c == 0xb2
                || c == 0xb3
                || c == 0xb9
                || c == 0x2070
                || (c >= 0x2074 && c <= 0x2079)
                || (c >= 0x2080 && c <= 0x2089);
    }

    private static boolean isNumeric(int c) {
        int type = Character.getType(c);
        return type == Character.DECIMAL_DIGIT_NUMBER
                || type == Character.LETTER_NUMBER
                || type == Character.OTHER_NUMBER;
    }

    static boolean isUpper(String text) {
        return text.codePoints().anyMatch(PythonText::isCased)
                && text.codePoints().noneMatch(c -> Character.isLowerCase(c) || Character.isTitleCase(c));
    }

    static boolean isLower(String text) {
        return text.codePoints().anyMatch(PythonText::isCased)
                && text.codePoints().noneMatch(c -> Character.isUpperCase(c) || Character.isTitleCase(c));
    }

    private static boolean isTitle(String text) {
        boolean inside = false;
        boolean any = false;
        for (int c : text.codePoints().toArray()) {
            boolean large = Character.isUpperCase(c) || Character.isTitleCase(c);
            if (large == inside && PythonText.isCased(c)) {
                return false;
            }
            inside = PythonText.isCased(c);
            any |= inside;
        }
        return any;
    }
}
