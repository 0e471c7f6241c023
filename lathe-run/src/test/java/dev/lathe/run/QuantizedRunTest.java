package dev.lathe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.base.UserError;
import dev.lathe.model.LoadedModel;
import dev.lathe.model.Matrices;
import dev.lathe.run.InferenceModel.LastAdapter;
import dev.lathe.run.PromptLogits.Difference;
import dev.lathe.run.config.Command;
import dev.lathe.run.config.Configuration;
import dev.lathe.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs on weights that are packed while they load, from a configuration to the merged model. */
class QuantizedRunTest {
    private static final List<int[]> TEXT =
            List.of(new int[] {65, 66, 67, 97, 98, 99, 100}, new int[] {1, 9, 9, 30, 200});

    private final Path folder;
    private final Bench bench;
    private final TinyModel tiny;

    QuantizedRunTest(@TempDir Path folder) {
        this.folder = folder;
        this.bench = new Bench(folder);
        this.tiny = TinyModel.write(folder, 5, 13);
    }

    /** The law: QLoRA is LoRA on the dequantised matrices; losses and gradient norms agree bit for bit. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "quantization_bit=4",
                "quantization_bit=4 double_quantization=false",
                "quantization_bit=4 quantization_type=fp4",
                "finetuning_type=qlora",
                "quantization_bit=8",
                "quantization_bit=8 quantization_method=eetq",
                "quantization_bit=3 quantization_method=hqq"
            })
    void qloraIsLoraOnTheDequantisedModel(String keys) {
        String[] quantised = keys.split(" ");
        Heard packed = bench.train(Bench.with(tiny.arguments(folder.resolve("packed"), "lora_rank=2"), quantised));
        String[] export =
                keys.replace("finetuning_type=qlora", "quantization_bit=4").split(" ");
        Path dense = export("dense", List.of(), export);
        Heard plain = bench.train(
                Bench.with(tiny.arguments(folder.resolve("plain"), "lora_rank=2"), "model_name_or_path=" + dense));
        assertThat(packed.losses()).isEqualTo(plain.losses()).hasSizeGreaterThan(4);
        Heard original = bench.train(tiny.arguments(folder.resolve("original"), "lora_rank=2"));
        assertThat(packed.losses()).as("the weights were quantised").isNotEqualTo(original.losses());
        assertThat(folder.resolve("packed/lathe_base.json")).exists();
        assertThat(folder.resolve("plain/lathe_base.json")).doesNotExist();
    }

    /** Merged = adapter for merge_base: dequantized; merged into the original it is not, and that is said. */
    @Test
    void theMergeKeepsWhatWasTrained() {
        Path adapter = folder.resolve("adapter");
        bench.train(tiny.arguments(adapter, "lora_rank=2", "quantization_bit=4", "learning_rate=0.05"));
        Path kept = export("kept", List.of(adapter));
        assertThat(bench.said()).contains("it is what was trained");
        Path other = export("other", List.of(adapter), "merge_base=original");
        assertThat(bench.said())
                .contains("The adapter was trained on nf4 with quantised scales.")
                .contains("the likeliest token is the same at");
        try (LoadedModel base = LoadedModel.open("tiny", tiny.model());
                PromptLogits trained =
                        logits(TrainedBase.of(adapter).orElseThrow().pack(base), List.of(adapter));
                PromptLogits merged = logits(LoadedModel.open("kept", kept), List.of());
                PromptLogits drifted = logits(LoadedModel.open("other", other), List.of())) {
            Difference exact = trained.to(merged);
            assertThat(exact.delta()).isLessThan(1e-4);
            assertThat(trained.to(drifted).delta()).isGreaterThan(100 * exact.delta());
        }
    }

    /** Saved and loaded = packed while loading: a run on the exported folder gives the same losses. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "quantization_bit=4",
                "quantization_bit=4 quantization_type=fp4 double_quantization=false",
                "quantization_bit=8",
                "quantization_bit=5 quantization_method=hqq"
            })
    void aPackedModelIsWrittenAndReadAgain(String keys) {
        String[] quantised = keys.split(" ");
        Path packed = export(
                "packed",
                List.of(),
                Bench.with(List.of("merge_base=original"), quantised).toArray(String[]::new));
        assertThat(bench.said()).contains("and read again; against the dense model");
        Heard onTheFly = bench.train(Bench.with(tiny.arguments(folder.resolve("a"), "lora_rank=2"), quantised));
        Heard stored = bench.train(
                Bench.with(tiny.arguments(folder.resolve("b"), "lora_rank=2"), "model_name_or_path=" + packed));
        assertThat(stored.losses()).isEqualTo(onTheFly.losses());
    }

    @Test
    void whatCannotBeIsRefusedWithAWayOut() throws IOException {
        assertThatThrownBy(() -> export("x", List.of()))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("nothing says how the weights under the adapter were quantised");
        Path config = tiny.model().resolve("config.json");
        ObjectNode node = (ObjectNode) Json.read(config);
        node.putObject("quantization_config").put("quant_method", "gptq");
        Files.writeString(config, Json.pretty(node));
        assertThatThrownBy(() -> bench.train(tiny.arguments(folder.resolve("full"), "finetuning_type=full")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(
                        "is quantised (gptq), and quantised weights cannot be trained; set finetuning_type: lora");
        assertThatThrownBy(() -> export("y", List.of(), "merge_base=original"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("set merge_base: dequantized");
        node.putObject("quantization_config").put("quant_method", "quip");
        Files.writeString(config, Json.pretty(node));
        assertThatThrownBy(() -> bench.train(tiny.arguments(folder.resolve("quip"))))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("quantised with quip, which cannot be read");
    }

    @Test
    void aDamagedRecordIsNamed() throws IOException {
        Path adapter = Files.createDirectories(folder.resolve("a"));
        Files.writeString(
                adapter.resolve("lathe_base.json"), "{\"method\": \"QUIP\", \"bits\": 4, \"compute\": \"BF16\"}");
        assertThatThrownBy(() -> TrainedBase.of(adapter))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("method is \"QUIP\", which is none of [BITSANDBYTES, HQQ, EETQ]");
    }

    private Path export(String name, List<Path> adapters, String... more) {
        Path to = folder.resolve(name);
        List<String> keys = new ArrayList<>(List.of(
                "model_name_or_path=" + tiny.model(),
                "export_dir=" + to,
                "template=default",
                "infer_dtype=float32",
                "merge_base=dequantized"));
        adapters.forEach(adapter -> keys.add("adapter_name_or_path=" + adapter));
        keys.addAll(List.of(more));
        new MergeAndExport(bench.host(), Configuration.read(Command.EXPORT, keys, Map.of())).run();
        return to;
    }

    private static PromptLogits logits(LoadedModel model, List<Path> adapters) {
        InferenceModel asked = InferenceModel.of(model, adapters, LastAdapter.BESIDE, DType.F32, Matrices.HELD);
        return PromptLogits.of(asked.decoder(), TEXT);
    }
}
