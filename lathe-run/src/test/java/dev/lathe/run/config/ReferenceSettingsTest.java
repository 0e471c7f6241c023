package dev.lathe.run.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Json;
import dev.lathe.base.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Settings of the reference's own runs are read. */
class ReferenceSettingsTest {
    private final Path folder;

    ReferenceSettingsTest(@TempDir Path folder) {
        this.folder = folder;
    }

    /** The settings of the reference's own runs, as far as this far along Lathe can train them. */
    @Test
    void readsTheSettingsOfTheReferenceRuns() throws IOException {
        List<String> able = List.of(
                "lora_r4_all",
                "lora_r8_all",
                "lora_alpha5_r4_qv",
                "lora_modules_to_save",
                "lora_wd_clip",
                "lora_packing",
                "lora_neat_packing",
                "lora_adamw_fused_default",
                "lora_template_empty",
                "rslora_r8",
                "freeze_last2",
                "freeze_first1_mlp_norm",
                "full",
                "full_bf16",
                "full_epochs_partial_accum",
                "full_eval",
                "full_train_on_prompt",
                "full_wd_clip_cosine",
                "moe4_full_aux",
                "moe4_lora",
                "pt_full_packing",
                "pt_lora_nopacking",
                "sft_mask_history",
                "sft_sharegpt_tools_multiturn");
        try (Stream<Path> runs = Files.list(Reference.file("reference/goldens/train/curves"))) {
            for (Path file : runs.sorted().toList()) {
                String name = file.getFileName().toString().replace(".json", "");
                JsonNode settings = Json.read(file).get("settings");
                Written written = Written.named(folder.resolve(name + ".json"), settings.toString());
                if (able.contains(name)) {
                    TrainRun run = written.train();
                    assertThat(run.training().microBatch()).as(name).isEqualTo(2);
                    assertThat(run.data().shuffled()).as(name).isFalse();
                } else {
                    assertThat(written.refused(Command.TRAIN)).as(name).anySatisfy(line -> assertThat(line)
                            .contains("Lathe cannot do"));
                }
            }
        }
    }

    @Test
    void readsTheSettingsOfTheReferenceSchedules() {
        JsonNode schedules = Json.read(Reference.file("reference/goldens/train/lr_schedules.json"))
                .get("schedules");
        schedules.properties().forEach(schedule -> {
            JsonNode settings = schedule.getValue().get("settings");
            String text =
                    "{model_name_or_path: x, dataset: y, " + settings.toString().substring(1);
            ScheduleConfig read = yaml(text).train().schedule();
            assertThat(read.type().word())
                    .isEqualTo(settings.get("lr_scheduler_type").asText());
            assertThat(read.numbers())
                    .hasSize(settings.path("lr_scheduler_kwargs").size());
        });
        assertThat(schedules).hasSize(17);
    }

    private Written yaml(String text) {
        return Written.yaml(folder, text);
    }
}
