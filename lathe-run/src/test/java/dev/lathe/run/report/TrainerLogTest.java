package dev.lathe.run.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Disk;
import dev.lathe.base.Json;
import dev.lathe.base.SafeFiles;
import dev.lathe.train.Event;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class TrainerLogTest {
    private static final List<String> RUNS = Replay.RUNS;
    private static final Pattern TIMES = Pattern.compile("(_time\": \"|throughput\": )[^\",}]+");

    private final Path folder;

    private final HandClock clock = new HandClock();
    private final Path file;

    TrainerLogTest(@TempDir Path folder) {
        this.folder = folder;
        this.file = folder.resolve("trainer_log.jsonl");
    }

    @ParameterizedTest
    @FieldSource("RUNS")
    void writesTheReferencesLines(String run) throws IOException {
        Replay replay = Replay.of(run);
        Replay.play(replay.events(), clock, List.of(log(run.equals("full"))));
        assertThat(Files.readString(file).replaceAll(TIMES.pattern(), "$1"))
                .isEqualTo(Files.readString(Replay.folder(run).resolve("trainer_log.jsonl"))
                        .replaceAll(TIMES.pattern(), "$1"));
    }

    @Test
    void tellsTimeAndSpeedOfThisStart() throws IOException {
        Replay replay = Replay.of("full"); // 768 tokens a step, here in half a second
        Replay.play(replay.events(), clock, List.of(log(true)));
        JsonNode fourth = Json.parse(Files.readAllLines(file).get(3), "line");
        assertThat(fourth.get("elapsed_time").textValue()).isEqualTo("0:00:02");
        assertThat(fourth.get("remaining_time").textValue()).isEqualTo("0:00:01");
        assertThat(fourth.get("throughput").doubleValue()).isEqualTo(1536);
        Replay.play(replay.events(4, 6), clock, List.of(log(true)));
        JsonNode resumed = Json.parse(Files.readAllLines(file).get(5), "line");
        assertThat(resumed.get("current_steps").intValue()).isEqualTo(5);
        assertThat(resumed.get("elapsed_time").textValue()).isEqualTo("0:00:00");
        assertThat(resumed.get("throughput").doubleValue()).isEqualTo(1536);
        assertThat(resumed.get("total_tokens").longValue()).isEqualTo(5 * 768);
    }

    @Test
    void aResumedLogEqualsAnUninterruptedOne() throws IOException {
        Replay replay = Replay.of("pt_full");
        Replay.play(replay.events(), clock, List.of(log(false)));
        String whole = Files.readString(file);
        Replay.play(replay.events(0, 5), clock, List.of(log(false)));
        Files.writeString(file, "{\"current_steps\": 6, \"tot", StandardOpenOption.APPEND); // killed in mid-line
        Replay.play(replay.events(3, 6), clock, List.of(log(false)));
        assertThat(Files.readString(file).replaceAll(TIMES.pattern(), "$1"))
                .isEqualTo(whole.replaceAll(TIMES.pattern(), "$1"));
    }

    @Test
    void theClosingLineIsTheLast() throws IOException {
        Replay replay = Replay.of("pt_full");
        TrainerLog log = log(false);
        Replay.play(replay.events(), clock, List.of(log));
        String whole = Files.readString(file);
        replay.events().stream().filter(Event.Evaluated.class::isInstance).forEach(log::on);
        assertThat(Files.readString(file)).isEqualTo(whole);
    }

    @Test
    void aFreshRunBeginsAFreshLog() throws IOException {
        Files.writeString(file, "old\n");
        Replay.play(Replay.of("lora").events(0, 1), clock, List.of(log(false)));
        assertThat(Files.readAllLines(file)).hasSize(1);
    }

    private TrainerLog log(boolean countTokens) {
        return new TrainerLog(folder, new SafeFiles(Disk.real()), clock, new LogRule.Steps(1, false), countTokens);
    }
}
