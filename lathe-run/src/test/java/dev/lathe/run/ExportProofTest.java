package dev.lathe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lathe.base.Json;
import dev.lathe.base.UserError;
import dev.lathe.model.ConvertedWeights;
import dev.lathe.model.LoadedModel;
import dev.lathe.model.file.TensorSource;
import dev.lathe.model.file.WeightFile;
import dev.lathe.run.PromptLogits.Difference;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Tensors;
import dev.lathe.tensor.Torch;
import dev.lathe.text.ChatEncoder;
import dev.lathe.text.Templates;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The proof must be able to fail: each of these folders is a merge gone wrong. */
class ExportProofTest {
    private final Path folder;
    private final TinyLlama tiny;

    ExportProofTest(@TempDir Path folder) {
        this.folder = folder;
        Torch.start(1);
        this.tiny = new TinyLlama(folder.resolve("base"), false, DType.F32, 1).write();
    }

    @BeforeEach
    void start() {
        Torch.start(1);
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "BF16"})
    void theAdapterWasNotMerged(DType dtype) {
        Path adapter = tiny.adapter(folder.resolve("adapter"), 2, false, List.of(), 2);
        assertThatThrownBy(() -> proveCopy(tiny.folder(), List.of(adapter), dtype))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("are not the same");
    }

    @Test
    void aTensorIsAnother() {
        TinyLlama other = new TinyLlama(folder.resolve("other"), false, DType.F32, 2).write();
        try (LoadedModel base = open(tiny.folder());
                LoadedModel written = open(other.folder())) {
            assertThatThrownBy(() -> proof(base, List.of(), DType.F32).of(written, sources(base.weights())))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("did not come back from the disk");
        }
    }

    @Test
    void theConfigurationIsAnother() {
        TinyLlama same = new TinyLlama(folder.resolve("same"), false, DType.F32, 1).write();
        ModelFiles.edit(same.folder().resolve("config.json"), "rope_theta", 100);
        assertThatThrownBy(() -> proveCopy(same.folder(), List.of(), DType.F32))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("are not the same");
    }

    @Test
    void theTokenizerIsAnother() {
        TinyLlama same = new TinyLlama(folder.resolve("same"), false, DType.F32, 1).write();
        ModelFiles.edit(
                same.folder().resolve("tokenizer.json"),
                "pre_tokenizer",
                Json.object().put("type", "Whitespace"));
        assertThatThrownBy(() -> proveCopy(same.folder(), List.of(), DType.F32))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("tokenizer cuts texts otherwise");
    }

    @Test
    void whatIsNotFiniteIsNoRounding() {
        Difference same = difference(1, 2);
        assertThat(same.isRounding()).isTrue();
        assertThat(same.agreed()).isEqualTo(1);
        assertThat(difference(1, 2.1f).isRounding()).isFalse();
        for (float odd : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            assertThat(difference(1, odd).isRounding()).as("%s", odd).isFalse();
        }
    }

    private static Difference difference(float first, float second) {
        try (PromptLogits one = new PromptLogits(Tensors.of(new float[] {1, 2}, 1, 2));
                PromptLogits other = new PromptLogits(Tensors.of(new float[] {first, second}, 1, 2))) {
            return one.to(other);
        }
    }

    /** Proves that a folder is base and adapters, with its own tensors as those that were to be written. */
    private void proveCopy(Path copy, List<Path> adapters, DType dtype) {
        try (LoadedModel base = open(tiny.folder());
                LoadedModel opened = open(copy)) {
            LoadedModel written = opened.with(new ConvertedWeights(opened.weights(), dtype));
            proof(base, adapters, dtype).of(written, sources(written.weights()));
        }
    }

    private static ExportProof proof(LoadedModel base, List<Path> adapters, DType dtype) {
        ChatEncoder encoder = new ChatEncoder(
                Templates.byName("default"),
                ChatEncoder.fix(Templates.byName("default"), base.tokenizer()),
                LocalDate.EPOCH);
        return new ExportProof(base, adapters, encoder, dtype);
    }

    private static LoadedModel open(Path folder) {
        return LoadedModel.open("tiny", folder);
    }

    private static List<TensorSource> sources(WeightFile weights) {
        return weights.names().stream()
                .map(name -> TensorSource.of(weights.get(name)))
                .toList();
    }
}
