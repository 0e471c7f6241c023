package dev.lathe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.UserError;
import dev.lathe.model.ConfigReader;
import dev.lathe.model.LoadedModel;
import dev.lathe.model.RopeScaling;
import dev.lathe.model.RopeSpec;
import dev.lathe.model.Yarn;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The factors are LLaMA-Factory's: what cutoff_len needs in training, 2 at inference. */
class RopeStretchTest {
    private final Path folder;
    private LoadedModel model;

    RopeStretchTest(@TempDir Path folder) {
        this.folder = folder;
        this.model = LoadedModel.open("tiny", TinyModel.write(folder, 1, 1).model()); // made for 128 tokens
    }

    @BeforeEach
    void open() {
        model = LoadedModel.open("tiny", folder.resolve("model"));
    }

    @Test
    void trainingStretchesAsFarAsItMust() {
        assertThat(new RopeStretch("linear").forTraining(model, 128)).isSameAs(model);
        LoadedModel stretched = new RopeStretch("linear").forTraining(model, 300);
        assertThat(stretched.spec().maxPositions()).isEqualTo(384);
        assertThat(scaling(stretched)).isEqualTo(new RopeScaling.Linear(3));
    }

    @ParameterizedTest
    @ValueSource(strings = {"linear", "dynamic", "yarn", "llama3"})
    void inferenceDoubles(String type) {
        LoadedModel stretched = new RopeStretch(type).forInference(model);
        assertThat(stretched.spec().maxPositions()).isEqualTo(256);
        assertThat(stretched.config().path("rope_scaling").path("factor").doubleValue())
                .isEqualTo(2);
        switch (scaling(stretched)) {
            case Yarn yarn -> assertThat(yarn.originalPositions()).isEqualTo(128);
            case RopeScaling.Llama3 llama3 -> assertThat(llama3).isEqualTo(new RopeScaling.Llama3(2, 1, 4, 128));
            case RopeScaling.Linear linear -> assertThat(linear.factor()).isEqualTo(2);
            case RopeScaling.Dynamic dynamic -> assertThat(dynamic.factor()).isEqualTo(2);
            case RopeScaling.None _, RopeScaling.Still _, RopeScaling.LongRope _ ->
                throw new AssertionError(type + " was not read");
        }
    }

    @Test
    void theBaseStays() {
        ObjectNode config = model.config().deepCopy();
        config.putObject("rope_parameters").put("rope_type", "default").put("rope_theta", 5e5);
        LoadedModel stretched =
                new RopeStretch("linear").forInference(model.with(ConfigReader.read(config, "tiny"), config));
        assertThat(stretched.spec().rope().kinds().getFirst())
                .isEqualTo(new RopeSpec(5e5, 4, new RopeScaling.Linear(2)));
    }

    @Test
    void withoutRotationItIsRefused() {
        ObjectNode config = model.config().deepCopy().put("model_type", "gpt2");
        LoadedModel learned = model.with(ConfigReader.read(config, "tiny"), config);
        assertThatThrownBy(() -> new RopeStretch("yarn").forInference(learned))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("rope_scaling: tiny has no rotary positions");
    }

    private static RopeScaling scaling(LoadedModel model) {
        return model.spec().rope().kinds().getFirst().scaling();
    }
}
