package dev.lathe.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Disk;
import dev.lathe.base.GoldenModels;
import dev.lathe.base.Json;
import dev.lathe.base.Reference;
import dev.lathe.base.SafeFiles;
import dev.lathe.model.ConfigReader;
import dev.lathe.model.Decoder;
import dev.lathe.model.DecoderSpec;
import dev.lathe.model.FrozenModules;
import dev.lathe.model.ModelShape;
import dev.lathe.model.Weights;
import dev.lathe.model.file.Checkpoint;
import dev.lathe.model.file.StoredTensor;
import dev.lathe.model.file.WeightFile;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Parameter;
import dev.lathe.tensor.Torch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * What adapters and freezing reach in each family, as LLaMA-Factory 0.9.5 over transformers 5.6 (goldens/train's
 * lora_targets.json); and that a model saved is the model loaded.
 */
class FamilyTargetsTest {
    private final Path folder;

    FamilyTargetsTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @BeforeEach
    void start() {
        Torch.start(1);
    }

    @ParameterizedTest
    @FieldSource("dev.lathe.base.GoldenModels#NAMES")
    void loraReachesTheSameLayers(String family) {
        JsonNode golden = golden(family);
        DecoderSpec spec = spec(family);
        ModelShape shape = ModelShape.of(spec);
        List<String> targets = texts(golden.path("lora_target_all"));
        assertThat(new TreeSet<>(shape.linears())).containsExactlyElementsOf(targets);
        try (WeightFile file = Checkpoint.open(GoldenModels.folder(family))) {
            LoraSpec lora = new LoraSpec(4, 8, 0, false, targets, List.of());
            LoraModules modules =
                    new LoraModules(new FrozenModules(new Weights(file, family, DType.F32)), lora, new FreshAdapter(1));
            Decoder.build(spec, modules);
            Map<String, List<Long>> shapes = new TreeMap<>();
            for (Parameter parameter : modules.parameters()) {
                shapes.put(parameter.name(), longs(parameter.master().shape()));
            }
            golden.path("adapter_tensors_r4").properties().forEach(tensor -> assertThat(shapes)
                    .containsEntry(tensor.getKey(), longs(tensor.getValue())));
            long trainable = modules.parameters().stream()
                    .mapToLong(parameter -> parameter.master().count())
                    .sum();
            assertThat(trainable).isEqualTo(golden.path("n_trainable_r4").longValue());
            assertThat(shape.parameters() + trainable)
                    .isEqualTo(golden.path("n_all_r4").longValue());
        }
    }

    @ParameterizedTest
    @FieldSource("dev.lathe.base.GoldenModels#NAMES")
    void freezingLeavesTheSameTensors(String family) {
        DecoderSpec spec = spec(family);
        ModelShape shape = ModelShape.of(spec);
        FreezePlan plan = new FreezePlan(1, List.of("all"), List.of(), spec.layers(), shape.names());
        TreeSet<String> trained = shape.names().stream()
                .filter(plan::trains)
                .filter(name -> !name.endsWith("e_score_correction_bias")) // never trained
                .map(FamilyTargetsTest::asTheRunningModel)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(trained)
                .containsExactlyInAnyOrderElementsOf(texts(golden(family).path("freeze_last1")));
    }

    /** transformers 5 fuses experts when it loads them, and has no word for Mixtral's older names. */
    private static String asTheRunningModel(String name) {
        return name.replace("block_sparse_moe", "mlp")
                .replaceAll("experts\\.\\d+\\.(gate_proj|up_proj|w1|w3)\\.weight", "experts.gate_up_proj")
                .replaceAll("experts\\.\\d+\\.(down_proj|w2)\\.weight", "experts.down_proj");
    }

    @ParameterizedTest
    @FieldSource("dev.lathe.base.GoldenModels#NAMES")
    void savedIsLoaded(String family) {
        Path original = GoldenModels.folder(family);
        ObjectNode config = (ObjectNode) Json.read(original.resolve("config.json"));
        try (WeightFile file = Checkpoint.open(original)) {
            TrainedModules modules = new TrainedModules(
                    new FrozenModules(new Weights(file, family, DType.F32)), name -> true, DType.F32);
            Decoder.build(ConfigReader.read(config, family), modules);
            new ModelArtifact(
                            config,
                            Optional.empty(),
                            ModelTensors.of(file, modules.parameters(), DType.F32),
                            ModelArtifact.DEFAULT_SHARD)
                    .write(folder, new SafeFiles(Disk.real()));
            try (WeightFile written = Checkpoint.open(folder)) {
                assertThat(written.names()).containsExactlyInAnyOrderElementsOf(file.names());
                for (String name : file.names()) {
                    StoredTensor expected = file.get(name);
                    StoredTensor found = written.get(name);
                    assertThat(found.shape()).isEqualTo(expected.shape());
                    assertThat(found.data().mismatch(expected.data())).as(name).isEqualTo(-1);
                }
            }
        }
        assertThat(Json.read(folder.resolve("config.json"))).isEqualTo(config);
    }

    private static DecoderSpec spec(String family) {
        Path file = GoldenModels.folder(family).resolve("config.json");
        return ConfigReader.read((ObjectNode) Json.read(file), family);
    }

    private static JsonNode golden(String family) {
        return Json.read(Reference.file("reference/goldens/train/lora_targets.json"))
                .path("families")
                .path(family);
    }

    private static List<String> texts(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    private static List<Long> longs(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonNode::asLong)
                .toList();
    }

    private static List<Long> longs(long[] array) {
        List<Long> longs = new ArrayList<>();
        for (long value : array) {
            longs.add(value);
        }
        return longs;
    }
}
