package dev.lathe.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Calls as data has them. Lines are parted by /, and what the reference does stands in its FunctionFormatter. */
class CallMessageTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"name\": \"f\", \"arguments\": {\"b\": 1, \"a\": 2}} | `` | f{\"b\": 1, \"a\": 2}",
                "[{\"name\": \"f\", \"arguments\": {}}, {\"arguments\": [], \"name\": \"g\"}] | `` | f{} g[]",
                "<think>/why/</think>//{\"name\": \"f\", \"arguments\": {}} | <think>/why/</think>// | f{}",
                "So.<tool_call>{\"name\": \"f\", \"arguments\": {}}</tool_call>Yes. | So.Yes. | f{}",
                "A/<tool_call>{\"name\": \"f\", \"arguments\": {}}</tool_call>/<tool_call>{\"name\": \"g\", \"arguments\": {}}</tool_call> | A/ | f{} g{}"
            })
    void whatStandsInFrontAndTheCallsAreToldApart(String content, String inFront, String calls) {
        CallMessage message =
                CallMessage.parse(content.replace('/', '\n').replace("<\n", "</"), Templates.byName("qwen"));
        assertThat(message.inFront().replace("</", "<\n").replace('\n', '/')).isEqualTo(inFront);
        assertThat(message.calls().stream().map(call -> call.name() + call.json()))
                .containsExactly(calls.split(" (?=[fg])"));
    }
}
