package dev.lathe.text.jinja;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** What Python's {@code json} would make of JSON: a number with a point or an exponent is a double. */
final class JsonValues {
    private JsonValues() {}

    static Value of(JsonNode node) {
        return switch (node.getNodeType()) {
            case OBJECT -> {
                Dict dict = new Dict();
                node.properties().forEach(field -> dict.put(Value.of(field.getKey()), of(field.getValue())));
                yield dict;
            }
            case ARRAY -> {
                List<Value> values = new ArrayList<>(node.size());
                node.forEach(item -> values.add(of(item)));
                yield new Value.Items(values);
            }
            case STRING -> Value.of(node.textValue());
            case BOOLEAN -> Value.of(node.booleanValue());
            case NUMBER ->
                node.isIntegralNumber() ? Numbers.checked(node.bigIntegerValue()) : new Value.Real(node.doubleValue());
            default -> Value.None.NONE;
        };
    }
}
