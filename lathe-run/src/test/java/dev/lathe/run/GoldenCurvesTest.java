package dev.lathe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Reference;
import dev.lathe.model.file.Checkpoint;
import dev.lathe.model.file.Safetensors;
import dev.lathe.model.file.WeightFile;
import dev.lathe.train.Event;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The reference's runs of stories260K from configuration to files: every step's loss, gradient norm and learning rate,
 * every evaluation, every tensor at the end. Tolerances are those that goldens/train/README.md advises.
 */
class GoldenCurvesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "lora_r8_all",
                "lora_r4_all",
                "lora_alpha5_r4_qv",
                "lora_modules_to_save",
                "lora_wd_clip",
                "lora_adamw_fused_default",
                "lora_template_empty",
                "lora_packing",
                "lora_neat_packing",
                "rslora_r8",
                "freeze_last2",
                "freeze_first1_mlp_norm",
                "full",
                "full_wd_clip_cosine",
                "full_eval",
                "full_epochs_partial_accum",
                "full_train_on_prompt",
                "pt_full_packing",
                "pt_lora_nopacking"
            })
    void equalsTheReference(String name, @TempDir Path temp) {
        compare(temp, GoldenRun.curve(name), new Tolerance(1e-5, 1e-4, 1e-3, 1e-3));
    }

    /**
     * The reference adds the routers' balance loss to the loss, but trains nothing by it (docs/compatibility.md): a run that
     * does as much is the same run. A router that two experts suit equally chooses by the last bit; where experts are trained
     * the runs part a little from there on.
     */
    @ParameterizedTest
    @CsvSource({"moe4_lora, 1e-4, 1e-3, 1e-3", "moe4_full_aux, 2e-3, 1e-2, 1e-2"})
    void equalsTheReferenceWhereBalanceIsOnlyCounted(
            String name, double loss, double norm, double elements, @TempDir Path temp) {
        GoldenRun run = GoldenRun.curve(name);
        Path output = temp.resolve("out");
        List<String> arguments = run.argumentsFromInit(output, temp.resolve("init"));
        Heard heard = new CountedBalance(new Bench(temp), arguments).train();
        compareSteps(heard.steps(), run.golden().path("steps"), new Tolerance(1e-5, loss, norm, elements));
        try (WeightFile written = Checkpoint.open(output)) {
            compareStatistics(written, run.golden().path("final_stats"), elements);
        }
    }

    /**
     * The README's bound for the size of the noise. Under the reference's autocast the residual stream of a float32
     * checkpoint stays float32 and only products are rounded; here it is bfloat16 as it is for a bfloat16 checkpoint in
     * both, which the first step's loss shows (2e-3).
     */
    @ParameterizedTest
    @ValueSource(strings = "full_bf16")
    void staysWithinTheNoiseOfBf16(String name, @TempDir Path temp) {
        compare(temp, GoldenRun.curve(name), new Tolerance(1e-2, 1e-2, 1e-2, 1e-2));
    }

    /** Relative, but {@code elements}, which is a share of a tensor's largest element. */
    private record Tolerance(double firstStep, double loss, double norm, double elements) {}

    private static void compare(Path temp, GoldenRun run, Tolerance tolerance) {
        Path output = temp.resolve("out");
        Heard heard = new Bench(temp).train(run.argumentsFromInit(output, temp.resolve("init")));
        JsonNode golden = run.golden();
        assertThat(heard.all(Event.RunStarted.class).getFirst().facts().trainableParameters())
                .isEqualTo(golden.path("n_trainable").longValue());
        compareSteps(heard.steps(), golden.path("steps"), tolerance);
        compareEvaluations(heard.all(Event.Evaluated.class), golden.path("eval"));
        assertThat(heard.all(Event.RunFinished.class).getFirst().summary().trainLoss())
                .isCloseTo(
                        golden.path("train_loss").doubleValue(), relative(golden.path("train_loss"), tolerance.loss));
        try (WeightFile written = Checkpoint.open(output)) {
            compareStatistics(written, golden.path("final_stats"), tolerance.elements);
            if (golden.hasNonNull("final_adapter")) {
                String file = golden.path("final_adapter").asText() + ".safetensors";
                compareElements(
                        written, Reference.file("reference/goldens/train/adapters/" + file), tolerance.elements);
            }
        }
    }

    private static void compareSteps(List<Event.StepDone> steps, JsonNode golden, Tolerance tolerance) {
        assertThat(steps).hasSize(golden.size());
        for (int i = 0; i < steps.size(); i++) {
            JsonNode expected = golden.get(i);
            String step = "step " + (i + 1);
            assertThat(steps.get(i).learningRate())
                    .as(step + " learning rate")
                    .isCloseTo(
                            expected.path("learning_rate").doubleValue(),
                            relative(expected.path("learning_rate"), 1e-6));
            assertThat(steps.get(i).loss())
                    .as(step + " loss")
                    .isCloseTo(
                            expected.path("loss").doubleValue(),
                            relative(expected.path("loss"), i == 0 ? tolerance.firstStep : tolerance.loss));
            assertThat(steps.get(i).gradNorm())
                    .as(step + " gradient norm")
                    .isCloseTo(
                            expected.path("grad_norm").doubleValue(),
                            relative(expected.path("grad_norm"), i == 0 ? tolerance.firstStep : tolerance.norm));
        }
    }

    private static void compareEvaluations(List<Event.Evaluated> evaluations, JsonNode golden) {
        assertThat(evaluations).hasSize(golden.size());
        for (int i = 0; i < evaluations.size(); i++) {
            Event.Evaluated found = evaluations.get(i);
            JsonNode expected = golden.get(i);
            assertThat(found.progress().step()).isEqualTo(expected.path("step").longValue());
            assertThat(found.metrics().get("eval_loss"))
                    .isCloseTo(expected.path("eval_loss").doubleValue(), relative(expected.path("eval_loss"), 1e-4));
            assertThat(found.metrics().get("eval_accuracy"))
                    .isCloseTo(
                            expected.path("eval_accuracy").doubleValue(),
                            relative(expected.path("eval_accuracy"), 1e-6));
        }
    }

    private static void compareStatistics(WeightFile written, JsonNode golden, double tolerance) {
        for (Map.Entry<String, JsonNode> expected : golden.properties()) {
            double square = 0;
            for (String name : stored(GoldenRun.fileName(expected.getKey()), written)) {
                for (float value : values(written, name)) {
                    square += (double) value * value;
                }
            }
            assertThat(Math.sqrt(square))
                    .as("L2 norm of " + expected.getKey())
                    .isCloseTo(
                            expected.getValue().get(2).doubleValue(),
                            relative(expected.getValue().get(2), tolerance));
        }
    }

    /** The running model has a layer's experts as two tensors; the file has each expert's three. */
    private static List<String> stored(String name, WeightFile written) {
        String inFile = name.replace(".mlp.gate.", ".block_sparse_moe.gate.");
        if (!name.contains(".mlp.experts.")) {
            return List.of(inFile);
        }
        String prefix = name.substring(0, name.indexOf(".mlp.")) + ".block_sparse_moe.experts.";
        boolean down = name.endsWith("down_proj");
        return written.names().stream()
                .filter(other -> other.startsWith(prefix) && other.endsWith(".w2.weight") == down)
                .toList();
    }

    private static void compareElements(WeightFile written, Path file, double tolerance) {
        try (WeightFile golden = Safetensors.open(file)) {
            assertThat(written.names()).isEqualTo(golden.names());
            for (String name : golden.names()) {
                float[] expected = values(golden, name);
                float[] found = values(written, name);
                assertThat(found).as(name).hasSameSizeAs(expected);
                float largest = 0;
                for (float value : expected) {
                    largest = Math.max(largest, Math.abs(value));
                }
                assertThat(found)
                        .as(name)
                        .usingComparatorWithPrecision((float) tolerance * largest)
                        .containsExactly(expected);
            }
        }
    }

    private static float[] values(WeightFile file, String name) {
        return file.get(name).data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    }

    private static org.assertj.core.data.Offset<Double> relative(JsonNode value, double share) {
        return within(Math.abs(value.doubleValue()) * share + 1e-12);
    }
}
