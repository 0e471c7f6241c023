package dev.lathe.base;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PythonJsonTest {
    @ParameterizedTest // what Python 3.11's repr prints
    @CsvSource({
        "5e-05, 5e-05",
        "0.0001, 0.0001",
        "0.00012345, 0.00012345",
        "6283395072, 6283395072.0",
        "1e15, 1000000000000000.0",
        "1e16, 1e+16",
        "1.5e300, 1.5e+300",
        "-1.25e-7, -1.25e-07",
        "0, 0.0",
        "-0.0, -0.0",
        "100, 100.0",
        "3.7397236824035645, 3.7397236824035645",
        "0.1, 0.1",
        "1e-100, 1e-100"
    })
    void numbersReadLikePythons(double value, String text) {
        assertThat(PythonJson.number(value)).isEqualTo(text);
    }

    @ParameterizedTest // Python's round: of the binary value, ties to even
    @CsvSource({"2.675, 2, 2.67", "0.125, 2, 0.12", "0.375, 2, 0.38", "16.666666666666664, 2, 16.67", "-1.005, 2, -1.0"
    })
    void roundsLikePython(double value, int places, double rounded) {
        assertThat(PythonJson.round(value, places)).isEqualTo(rounded);
    }

    @Test
    void laysOutLikePython() {
        ObjectNode node = Json.object().put("b", 1).put("a", 0.5).putNull("c");
        node.putObject("empty");
        node.putArray("list").add(true).add("x\n");
        assertThat(PythonJson.line(node))
                .isEqualTo("{\"b\": 1, \"a\": 0.5, \"c\": null, \"empty\": {}, \"list\": [true, \"x\\n\"]}");
        assertThat(PythonJson.sorted(node, 2)).isEqualTo("""
                        {
                          "a": 0.5,
                          "b": 1,
                          "c": null,
                          "empty": {},
                          "list": [
                            true,
                            "x\\n"
                          ]
                        }""");
    }

    @Test
    void whatIsNoNumberIsStillJson() {
        String line = PythonJson.line(Json.object().put("loss", Double.NaN).put("norm", Double.POSITIVE_INFINITY));
        assertThat(Json.parse(line, "line").get("loss").asDouble()).isNaN();
        assertThat(line).contains("\"Infinity\"");
    }

    @ParameterizedTest // what Python 3.11's json.dumps(json.loads(text), ensure_ascii=False) prints
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[1.0, 1e5, 1E-7, 1e16, -0.0, -0, 3.0e0] | [1.0, 100000.0, 1e-07, 1e+16, -0.0, 0, 3.0]",
                "123456789012345678901234567890 | 123456789012345678901234567890",
                "{\"a\":1,\"b\":2,\"a\":3} | {\"a\": 3, \"b\": 2}",
                "\"\\u000b\\u001f\\u007f\\/\\b\\f\\u00e9\\ud83d\\ude00\" | \"\\u000b\\u001f\u007f/\\b\\fé😀\"",
                "[true,false,null] | [true, false, null]"
            })
    void readsLikePython(String text, String written) {
        assertThat(PythonJson.parse(text).map(PythonJson::line)).contains(written);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "not json", "{", "1 2", "{'a': 1}"})
    void whatIsNoJsonIsNothing(String text) {
        assertThat(PythonJson.parse(text)).isEmpty();
    }

    @Test
    void manyLinesKeepTheOrderOfKeys() {
        ObjectNode node = Json.object().put("b", 1);
        node.putArray("a").add(2);
        assertThat(PythonJson.indented(node, 4)).isEqualTo("""
                {
                    "b": 1,
                    "a": [
                        2
                    ]
                }""");
    }
}
