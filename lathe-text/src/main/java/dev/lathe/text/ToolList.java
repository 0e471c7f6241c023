package dev.lathe.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.lathe.base.Json;
import dev.lathe.base.PythonJson;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** How tools on offer are written down, one after the other. */
sealed interface ToolList {
    /** @param written the same tools as they stood in the data */
    String text(List<Tool> tools, String written);

    /** Whether a tool's JSON has OpenAI's wrapping, {@code {"type": "function", "function": ...}}. */
    enum Wrapping {
        BARE {
            @Override
            JsonNode of(Tool tool) {
                return tool.function();
            }
        },
        FUNCTION {
            @Override
            JsonNode of(Tool tool) {
                return tool.wrapped();
            }
        },
        WRITTEN {
            @Override
            JsonNode of(Tool tool) {
                return tool.written();
            }
        };

        abstract JsonNode of(Tool tool);
    }

    /**
     * JSON of each tool.
     *
     * @param around text with the marks {@code {{tool}}} and {@code {{name}}}
     * @param indent columns; 0 for one line
     */
    record Each(String around, Wrapping wrapping, int indent) implements ToolList {
        @Override
        public String text(List<Tool> tools, String written) {
            return tools.stream().map(this::text).collect(Collectors.joining());
        }

        private String text(Tool tool) {
            JsonNode json = wrapping.of(tool);
            String body = indent == 0 ? PythonJson.line(json) : PythonJson.indented(json, indent);
            return Marks.fill(around, Map.of("tool", body, "name", tool.name()));
        }
    }

    /** One JSON list. */
    record Array(Wrapping wrapping) implements ToolList {
        @Override
        public String text(List<Tool> tools, String written) {
            ArrayNode list = Json.MAPPER.createArrayNode();
            tools.forEach(tool -> list.add(wrapping.of(tool)));
            return PythonJson.line(list);
        }
    }

    /** As it stood in the data, to the letter. */
    record Verbatim() implements ToolList {
        @Override
        public String text(List<Tool> tools, String written) {
            return written;
        }
    }

    /** In words: name, description, and a line for each parameter. */
    record Described() implements ToolList {
        @Override
        public String text(List<Tool> tools, String written) {
            return tools.stream().map(Described::text).collect(Collectors.joining());
        }

        private static String text(Tool tool) {
            String arguments = tool.properties().entrySet().stream()
                    .map(parameter -> line(tool, parameter.getKey(), parameter.getValue()))
                    .collect(Collectors.joining());
            return "> Tool Name: %s\nTool Description: %s\nTool Args:\n%s\n"
                    .formatted(tool.name(), PythonText.orEmpty(tool.function().path("description")), arguments);
        }

        private static String line(Tool tool, String name, JsonNode parameter) {
            String choices = StreamSupport.stream(parameter.path("enum").spliterator(), false)
                    .map(PythonText::of)
                    .collect(Collectors.joining(", "));
            JsonNode items = parameter.path("items");
            return "  - %s (%s%s): %s%s%s\n"
                    .formatted(
                            name,
                            PythonText.orEmpty(parameter.path("type")),
                            tool.requires(name) ? ", required" : "",
                            PythonText.orEmpty(parameter.path("description")),
                            parameter.path("enum").isEmpty() ? "" : ", should be one of [" + choices + "]",
                            items.isEmpty()
                                    ? ""
                                    : ", where each item should be " + PythonText.orEmpty(items.path("type")));
        }
    }

    /** Gemma 4's declarations: bare keys, and texts between its own marks. */
    record Declared() implements ToolList {
        @Override
        public String text(List<Tool> tools, String written) {
            return tools.stream().map(GemmaDeclaration::of).collect(Collectors.joining("\n"));
        }
    }
}
