package dev.lathe.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lathe.base.Reference;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Twenty steps of each stage that trains, on its demo data: the loss falls, and the result is there. */
class StagesTest {
    @ParameterizedTest
    @CsvSource({
        "pt, 'c4_demo,wiki_demo', full",
        "pt, c4_demo, lora",
        "sft, 'identity,alpaca_en_demo', full",
        "sft, 'glaive_toolcall_en_demo,alpaca_zh_demo', lora"
    })
    void twentySteps(String stage, String sets, String tuning, @TempDir Path temp) {
        Heard heard = new Bench(temp)
                .train(List.of(
                        "model_name_or_path=" + Reference.file("models/stories260K/hf"),
                        "dataset_dir=" + Reference.file("data"),
                        "dataset=" + sets,
                        "stage=" + stage,
                        "finetuning_type=" + tuning,
                        "template=default",
                        "cutoff_len=256",
                        "max_samples=100",
                        "max_steps=20",
                        "per_device_train_batch_size=4",
                        "learning_rate=0.002",
                        "logging_steps=1",
                        "plot_loss=false",
                        "report_to=none",
                        "output_dir=" + temp.resolve("out")));
        List<Double> losses = heard.losses();
        assertThat(losses).hasSize(20);
        assertThat(mean(losses.subList(15, 20))).isLessThan(mean(losses.subList(0, 5)) - 0.1);
        assertThat(temp.resolve("out")
                        .resolve(tuning.equals("lora") ? "adapter_model.safetensors" : "model.safetensors"))
                .exists();
    }

    private static double mean(List<Double> losses) {
        return losses.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }
}
