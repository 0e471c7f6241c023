package dev.lathe.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.base.PythonJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads the two notations for calls that are not JSON: Python's calls with keyword arguments, and Gemma's objects with
 * bare keys. A value is a text, a number, a truth value, nothing, a list or an object; nothing is ever evaluated.
 */
final class LiteralReader {
    private static final int DEEPEST = 100;
    private static final String GEMMA_QUOTE = "<|\"|>";

    /** What was read is not in the notation. */
    private static final class Malformed extends Exception {
        private static final long serialVersionUID = 1;
    }

    private interface Item {
        void read() throws Malformed;
    }

    private final String text;
    private int at;
    private int depth;

    LiteralReader(String text) {
        this.text = text;
    }

    /** {@code [f(a="x"), g()]}, or one call without the list. */
    Optional<List<ToolCall>> pythonCalls() {
        try {
            List<ToolCall> calls = new ArrayList<>();
            if (accept("[")) {
                untilClosed("]", () -> calls.add(pythonCall()));
            } else {
                calls.add(pythonCall());
            }
            expectEnd();
            return Optional.of(calls).filter(found -> !found.isEmpty());
        } catch (Malformed e) {
            return Optional.empty();
        }
    }

    /** <code>{key:value,...}</code>. */
    Optional<JsonNode> gemmaObject() {
        try {
            expect("{");
            JsonNode object = object();
            expectEnd();
            return Optional.of(object);
        } catch (Malformed e) {
            return Optional.empty();
        }
    }

    private ToolCall pythonCall() throws Malformed {
        String name = word();
        ObjectNode arguments = Json.object();
        expect("(");
        untilClosed(")", () -> {
            String key = word();
            expect("=");
            arguments.set(key, value());
        });
        return new ToolCall(name, arguments);
    }

    private JsonNode value() throws Malformed {
        if (++depth > DEEPEST) {
            throw new Malformed();
        }
        JsonNode value = anyValue();
        depth--;
        return value;
    }

    private JsonNode anyValue() throws Malformed {
        skipSpace();
        if (text.startsWith(GEMMA_QUOTE, at) || startsWithAny("\"'")) {
            return Json.object().textNode(string());
        }
        if (accept("{")) {
            return object();
        }
        if (accept("[")) {
            return array();
        }
        String word = word();
        return switch (word) {
            case "true", "True" -> Json.object().booleanNode(true);
            case "false", "False" -> Json.object().booleanNode(false);
            case "null", "None" -> Json.object().nullNode();
            default -> PythonJson.parse(word).filter(JsonNode::isNumber).orElseThrow(Malformed::new);
        };
    }

    private JsonNode object() throws Malformed {
        ObjectNode object = Json.object();
        untilClosed("}", () -> {
            skipSpace();
            String key = text.startsWith(GEMMA_QUOTE, at) || startsWithAny("\"'") ? string() : word();
            expect(":");
            object.set(key, value());
        });
        return object;
    }

    private JsonNode array() throws Malformed {
        ArrayNode array = Json.MAPPER.createArrayNode();
        untilClosed("]", () -> array.add(value()));
        return array;
    }

    /** Items with commas between, and maybe one after the last. */
    private void untilClosed(String close, Item item) throws Malformed {
        while (!accept(close)) {
            item.read();
            if (!accept(",")) {
                expect(close);
                return;
            }
        }
    }

    private String string() throws Malformed {
        if (accept(GEMMA_QUOTE)) {
            int end = text.indexOf(GEMMA_QUOTE, at);
            if (end < 0) {
                throw new Malformed();
            }
            String content = text.substring(at, end);
            at = end + GEMMA_QUOTE.length();
            return content;
        }
        char quote = text.charAt(at++);
        StringBuilder content = new StringBuilder();
        while (at < text.length() && text.charAt(at) != quote) {
            char c = text.charAt(at++);
            if (c == '\n') { // as in Python
                throw new Malformed();
            }
            content.append(c == '\\' ? escaped() : String.valueOf(c));
        }
        if (at++ >= text.length()) {
            throw new Malformed();
        }
        return content.toString();
    }

    private String escaped() throws Malformed {
        if (at >= text.length()) {
            throw new Malformed();
        }
        char c = text.charAt(at++);
        return switch (c) {
            case 'n' -> "\n";
            case 't' -> "\t";
            case 'r' -> "\r";
            case 'b' -> "\b";
            case 'f' -> "\f";
            case '\\', '\'', '"' -> String.valueOf(c);
            case 'x' -> unicode(2);
            case 'u' -> unicode(4);
            default -> "\\" + c;
        };
    }

    private String unicode(int digits) throws Malformed {
        String hex = text.substring(at, Math.min(at + digits, text.length()));
        if (hex.length() < digits || !hex.matches("[0-9a-fA-F]+")) {
            throw new Malformed();
        }
        at += digits;
        return String.valueOf((char) Integer.parseInt(hex, 16));
    }

    /** Letters, digits and what numbers and names have between them. */
    private String word() throws Malformed {
        skipSpace();
        int start = at;
        while (at < text.length()
                && (Character.isLetterOrDigit(text.charAt(at)) || "_.+-".indexOf(text.charAt(at)) >= 0)) {
            at++;
        }
        if (at == start) {
            throw new Malformed();
        }
        return text.substring(start, at);
    }

    private boolean startsWithAny(String characters) {
        return at < text.length() && characters.indexOf(text.charAt(at)) >= 0;
    }

    private boolean accept(String token) {
        skipSpace();
        boolean here = text.startsWith(token, at);
        at += here ? token.length() : 0;
        return here;
    }

    private void expect(String token) throws Malformed {
        if (!accept(token)) {
            throw new Malformed();
        }
    }

    private void expectEnd() throws Malformed {
        skipSpace();
        if (at < text.length()) {
            throw new Malformed();
        }
    }

    private void skipSpace() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }
}
