package dev.lathe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Json;
import dev.lathe.base.UserError;
import dev.lathe.model.LoadedModel;
import dev.lathe.model.Matrices;
import dev.lathe.run.InferenceModel.LastAdapter;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MergeAndExportTest {
    private static final List<int[]> TEXT = List.of(new int[] {1, 5, 40, 7, 66, 12, 3}, new int[] {1, 9, 9, 30});

    private final Path folder;
    private final Told told;

    MergeAndExportTest(@TempDir Path folder) {
        this.folder = folder;
        this.told = Told.at(folder);
    }

    @BeforeEach
    void start() {
        Torch.start(1);
    }

    /** The law: merged = base + adapter. */
    @ParameterizedTest
    @CsvSource({
        "1, true, ''",
        "2, true, embed_tokens",
        "3, true, lm_head",
        "4, true, embed_tokens lm_head",
        "5, false, ''",
        "6, false, embed_tokens",
        "7, false, lm_head"
    })
    void mergedIsAdapter(long seed, boolean tied, String saved) {
        TinyLlama tiny = tiny("base", tied, DType.F32, seed);
        List<String> modules = saved.isEmpty() ? List.of() : List.of(saved.split(" "));
        Path adapter = tiny.adapter(folder.resolve("adapter"), 3, seed % 2 == 0, modules, seed + 100);
        exported(tiny, "out", "adapter_name_or_path", adapter);
        assertThat(told.text()).contains("Merged " + adapter, "checked: logits differ by at most");
        try (PromptLogits beside = logits(tiny.folder(), List.of(adapter), LastAdapter.BESIDE, Matrices.HELD);
                PromptLogits merged = logits(folder.resolve("out"), List.of(), LastAdapter.MERGED, Matrices.HELD);
                PromptLogits base = logits(tiny.folder(), List.of(), LastAdapter.MERGED, Matrices.HELD)) {
            assertThat(beside.to(merged).delta()).isLessThan(2e-5);
            assertThat(beside.to(base).delta()).isGreaterThan(0.1);
        }
    }

    @Test
    void adaptersAreMergedOneAfterAnother() {
        TinyLlama tiny = tiny("base", true, DType.F32, 1);
        Path first = tiny.adapter(folder.resolve("first"), 2, false, List.of("embed_tokens"), 2);
        Path second = tiny.adapter(folder.resolve("second"), 4, true, List.of(), 3);
        exported(tiny, "once", "adapter_name_or_path", first);
        told.export(keys(folder.resolve("once"), "twice", "adapter_name_or_path", second));
        exported(tiny, "both", "adapter_name_or_path", first + "," + second);
        try (PromptLogits twice = logits(folder.resolve("twice"), List.of(), LastAdapter.MERGED, Matrices.HELD);
                PromptLogits both = logits(folder.resolve("both"), List.of(), LastAdapter.MERGED, Matrices.HELD)) {
            assertThat(both.to(twice).delta()).isLessThan(1e-6);
        }
    }

    @Test
    void streamedIsHeld() {
        TinyLlama tiny = tiny("base", false, DType.BF16, 1);
        Path adapter = tiny.adapter(folder.resolve("adapter"), 2, false, List.of(), 2);
        try (PromptLogits held = logits(tiny.folder(), List.of(adapter), LastAdapter.BESIDE, Matrices.HELD);
                PromptLogits streamed =
                        logits(tiny.folder(), List.of(adapter), LastAdapter.BESIDE, Matrices.STREAMED)) {
            assertThat(held.to(streamed).delta()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "F32, auto, float32",
        "BF16, auto, bfloat16",
        "F16, auto, float16",
        "F32, bfloat16, bfloat16",
        "F32, float16, float16",
        "BF16, float32, float32"
    })
    void theFormatIsTheCheckpointsOrTheOneAskedFor(DType checkpoint, String asked, String written) {
        TinyLlama tiny = tiny("base", true, checkpoint, 4);
        Path adapter = tiny.adapter(folder.resolve("adapter"), 2, false, List.of(), 5);
        exported(tiny, "out", "adapter_name_or_path", adapter, "infer_dtype", asked);
        JsonNode config = Json.read(folder.resolve("out/config.json"));
        assertThat(config.path("torch_dtype").asText()).isEqualTo(written);
        try (LoadedModel out = LoadedModel.open("out", folder.resolve("out"))) {
            assertThat(out.weights().names())
                    .allSatisfy(name -> assertThat(out.weights().spec(name).dtype())
                            .isEqualTo(out.spec().dtype()));
        }
    }

    /** Merged in float32 and rounded once, an export in float32 of a bf16 model keeps all that the adapter says. */
    @Test
    void wideningComesBeforeMerging() {
        TinyLlama tiny = tiny("base", true, DType.BF16, 6);
        Path adapter = tiny.adapter(folder.resolve("adapter"), 2, false, List.of(), 7);
        exported(tiny, "out", "adapter_name_or_path", adapter, "infer_dtype", "float32");
        try (PromptLogits beside = logits(tiny.folder(), List.of(adapter), LastAdapter.BESIDE, Matrices.HELD);
                PromptLogits merged = logits(folder.resolve("out"), List.of(), LastAdapter.MERGED, Matrices.HELD)) {
            assertThat(beside.to(merged).delta()).isLessThan(2e-5);
        }
    }

    @Test
    void numbersThatDoNotFitAreRefused() {
        TinyLlama tiny = tiny("base", false, DType.F32, 8);
        Path adapter = tiny.adapter(folder.resolve("adapter"), 1, false, List.of(), 9);
        ModelFiles.edit(adapter.resolve("adapter_config.json"), "lora_alpha", 10_000_000);
        assertThatThrownBy(() -> exported(tiny, "out", "adapter_name_or_path", adapter, "infer_dtype", "float16"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("not finite")
                .hasMessageContaining("infer_dtype: bfloat16");
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @Test
    void theTrainingsOwnFileExportsWhatItTrained() throws IOException {
        TinyLlama tiny = tiny("base", true, DType.F32, 1);
        Path adapter = tiny.adapter(folder.resolve("trained"), 2, false, List.of(), 2);
        Path yaml = training(tiny.folder(), adapter);
        told.export(yaml, "export_dir", folder.resolve("out"));
        assertThat(told.text()).contains("Merged " + adapter + " into " + tiny.folder());

        Files.move(adapter, folder.resolve("away"));
        assertThatThrownBy(() -> told.export(yaml, "export_dir", folder.resolve("other")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("holds nothing that was trained");

        Files.createDirectories(adapter);
        Files.move(folder.resolve("away"), adapter.resolve("checkpoint-7"));
        assertThatThrownBy(() -> told.export(yaml, "export_dir", folder.resolve("other")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("adapter_name_or_path=" + adapter.resolve("checkpoint-7"));
    }

    @Test
    void aWhollyTrainedModelIsExportedWithoutAdapters() throws IOException {
        TinyLlama base = tiny("base", true, DType.F32, 1);
        TinyLlama trained = tiny("trained", true, DType.F32, 2);
        Path yaml = training(base.folder(), trained.folder());
        told.export(yaml, "export_dir", folder.resolve("out"), "infer_dtype", "bfloat16");
        assertThat(told.text()).contains("Exported " + trained.folder(), "checked");
        try (PromptLogits exported = logits(folder.resolve("out"), List.of(), LastAdapter.MERGED, Matrices.HELD);
                PromptLogits expected = logits(trained.folder(), List.of(), LastAdapter.MERGED, Matrices.HELD)) {
            assertThat(expected.to(exported).delta()).isBetween(1e-6, 0.2);
        }
    }

    @Test
    void anAdapterOfAnotherModelIsRefused() {
        TinyLlama tiny = tiny("base", true, DType.F32, 1);
        Path adapter = tiny.adapter(folder.resolve("adapter"), 2, false, List.of(), 2);
        ModelFiles.edit(tiny.folder().resolve("config.json"), "num_hidden_layers", 1);
        assertThatThrownBy(() -> exported(tiny, "out", "adapter_name_or_path", adapter))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("made for another model");
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @Test
    void aQuantisedBaseIsRefused() {
        TinyLlama tiny = tiny("base", true, DType.F32, 1);
        ModelFiles.edit(
                tiny.folder().resolve("config.json"),
                "quantization_config",
                Json.object().put("quant_method", "gptq"));
        assertThatThrownBy(() -> exported(tiny, "out"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("is quantised (gptq)")
                .hasMessageContaining("name the model that they were made from");
    }

    /** The old format is read by torch; what lies in it is looked at in LegacyWeightsTest. */
    @Test
    void theOldFormat() throws IOException {
        TinyLlama tiny = tiny("base", true, DType.F32, 1);
        exported(tiny, "out", "export_legacy_format", true);
        assertThat(names(folder.resolve("out")))
                .contains("pytorch_model.bin")
                .noneMatch(name -> name.contains("safetensors"));
        assertThatThrownBy(() -> told.score(
                        ScoreInput.ids("1"), new Scoring.Format(0, true), "model_name_or_path", folder.resolve("out")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("pickle");
        exported(tiny, "out");
        assertThat(names(folder.resolve("out"))).contains("model.safetensors").doesNotContain("pytorch_model.bin");
    }

    private TinyLlama tiny(String name, boolean tied, DType dtype, long seed) {
        return new TinyLlama(folder.resolve(name), tied, dtype, seed).write();
    }

    private void exported(TinyLlama tiny, String into, Object... more) {
        told.export(keys(tiny.folder(), into, more));
    }

    private Object[] keys(Path base, String into, Object... more) {
        Object[] first = {"model_name_or_path", base, "export_dir", folder.resolve(into), "template", "default"};
        return Stream.concat(Stream.of(first), Stream.of(more)).toArray();
    }

    private Path training(Path base, Path output) throws IOException {
        return Files.writeString(
                folder.resolve("training.yaml"),
                "model_name_or_path: %s%ndataset: identity%ntemplate: default%noutput_dir: %s%n"
                        .formatted(base, output));
    }

    private static PromptLogits logits(Path model, List<Path> adapters, LastAdapter last, Matrices matrices) {
        try (InferenceModel opened =
                InferenceModel.of(LoadedModel.open("tiny", model), adapters, last, DType.F32, matrices)) {
            return PromptLogits.of(opened.decoder(), TEXT);
        }
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> String.valueOf(entry.getFileName()))
                    .sorted()
                    .toList();
        }
    }
}
