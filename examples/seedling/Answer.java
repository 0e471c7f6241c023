import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Json;
import dev.lathe.run.Host;
import dev.lathe.run.TrainedModel;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Has a model answer the held-back questions, greedily: a line of JSON each, for Score.java. Needs Lathe's class path. */
public final class Answer {
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 3) {
            System.err.println("Answer.java MODEL heldout.jsonl answers.jsonl");
            System.exit(2);
        }
        Host host = Host.ofProcess(System.getenv(), System.err);
        List<String> rows = Files.readAllLines(Path.of(arguments[1]));
        try (TrainedModel model = TrainedModel.open(
                        host,
                        "model_name_or_path=" + arguments[0],
                        "template=chatml",
                        "do_sample=false",
                        "max_new_tokens=80");
                PrintStream out = new PrintStream(arguments[2], StandardCharsets.UTF_8)) {
            for (int i = 0; i < rows.size(); i++) {
                JsonNode row = Json.parse(rows.get(i), arguments[1] + " line " + (i + 1));
                List<String> turns = new ArrayList<>();
                row.path("conversations").forEach(turn -> turns.add(turn.path("value").asText()));
                String answer = model.ask(row.path("system").asText(), turns.subList(0, turns.size() - 1));
                out.println(Json.compact(Map.of("predict", answer)));
            }
        }
    }
}
