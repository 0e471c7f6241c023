package dev.lathe.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lathe.train.Event;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The reference's own runs of stories260K, whose head is its embedding, trained twice: with parameters that change in the
 * backward pass, and with a bound for gradients that is never reached, which has them wait for each other.
 */
class UpdatesInBackwardTest {
    @ParameterizedTest
    @CsvSource({
        "full, false",
        "full, true",
        "full_bf16, false",
        "full_bf16, true",
        "full_wd_clip_cosine, false",
        "full_epochs_partial_accum, true",
        "pt_full_packing, false",
        "freeze_last2, false",
        "lora_r8_all, true"
    })
    void givesTheSameBits(String name, boolean recompute, @TempDir Path temp) throws IOException {
        Heard inBackward = train(temp, name, recompute, "0");
        Heard atEnd = train(temp, name, recompute, "1e30");
        assertThat(updatesInBackward(inBackward)).isTrue();
        assertThat(updatesInBackward(atEnd)).isFalse();
        assertThat(inBackward.losses()).isNotEmpty().isEqualTo(atEnd.losses());
        assertThat(norms(inBackward)).isEqualTo(norms(atEnd));
        List<Path> written = weights(temp.resolve("0"));
        assertThat(written).isNotEmpty();
        for (Path file : written) {
            Path other = temp.resolve("1e30").resolve(temp.resolve("0").relativize(file));
            assertThat(Files.mismatch(file, other)).as(file.toString()).isEqualTo(-1);
        }
    }

    private static Heard train(Path temp, String name, boolean recompute, String norm) {
        GoldenRun run = GoldenRun.curve(name);
        List<String> arguments = run.argumentsFromInit(temp.resolve(norm), temp.resolve("init" + norm));
        return new Bench(temp)
                .train(Bench.with(arguments, "max_grad_norm=" + norm, "gradient_checkpointing=" + recompute));
    }

    private static boolean updatesInBackward(Heard heard) {
        return heard.all(Event.RunStarted.class).getFirst().facts().updatesInBackward();
    }

    private static List<Double> norms(Heard heard) {
        return heard.steps().stream().map(Event.StepDone::gradNorm).toList();
    }

    private static List<Path> weights(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".safetensors"))
                    .toList();
        }
    }
}
