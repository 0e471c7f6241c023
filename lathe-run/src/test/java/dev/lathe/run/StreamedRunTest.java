package dev.lathe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lathe.base.ResidentMemory;
import dev.lathe.base.UserError;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The law: streamed = held, to the bit. */
class StreamedRunTest {
    private static final String FROM_FILE = "weights from the file";

    private final Path temp;

    StreamedRunTest(@TempDir Path temp) {
        this.temp = temp;
    }

    /** The seedling is stored in bf16 with a tied head: read as it is in bf16, and widened in fp32. */
    @ParameterizedTest
    @CsvSource({
        "bf16=true, disable_gradient_checkpointing=false, all",
        "bf16=true, disable_gradient_checkpointing=true, all",
        "bf16=false, disable_gradient_checkpointing=false, all",
        "bf16=false, disable_gradient_checkpointing=true, all",
        "bf16=true, disable_gradient_checkpointing=false, 'v_proj,down_proj'"
    })
    void streamedIsHeld(String precision, String checkpointing, String targets) {
        TinyModel tiny = TinyModel.write(temp, 7, 9);
        String[] keys = {
            "model_name_or_path=lathe:seedling",
            precision,
            checkpointing,
            "lora_target=" + targets,
            "lora_rank=4",
            "val_size=2",
            "eval_strategy=epoch",
            "lora_dropout=0.1"
        };
        Heard held = train(tiny, "held", "stream_weights=false", keys);
        Heard streamed = train(tiny, "streamed", "stream_weights=true", keys);

        assertThat(streamed.losses()).isEqualTo(held.losses()).hasSizeGreaterThan(2);
        assertThat(temp.resolve("streamed/adapter_model.safetensors"))
                .hasSameBinaryContentAs(temp.resolve("held/adapter_model.safetensors"));
    }

    @Test
    void aModelThatFitsIsHeldAndOneThatDoesNotIsStreamed() {
        TinyModel tiny = TinyModel.write(temp, 3, 5);
        long weights = (259 * 16 + 2 * (16 * 16 * 3 + 3 * 16 * 24 + 2 * 16) + 16) * 4L;
        assertThat(said(tiny, "fits", (long) (weights / 0.6) + 2)).doesNotContain("stream_weights");
        assertThat(said(tiny, "does not", (long) (weights / 0.6) - 2))
                .contains("its weights are read from the file block by block (stream_weights)");
        assertThat(temp.resolve("does not/adapter_model.safetensors"))
                .hasSameBinaryContentAs(temp.resolve("fits/adapter_model.safetensors"));
    }

    @Test
    void whatIsTrainedWholeIsNotStreamed() {
        TinyModel tiny = TinyModel.write(temp, 3, 5);
        assertThatThrownBy(() -> train(tiny, "full", "stream_weights=true", "finetuning_type=full"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("stream_weights")
                .hasMessageContaining("weights that are trained are held in memory; set finetuning_type: lora");
    }

    private Heard train(TinyModel tiny, String output, String place, String... keys) {
        List<String> arguments = Bench.with(tiny.arguments(temp.resolve(output), keys), place);
        return new Bench(temp).train(arguments);
    }

    private String said(TinyModel tiny, String output, long limit) {
        Bench bench = new Bench(temp);
        bench.train(bench.host(new Limited(limit)), tiny.arguments(temp.resolve(output)));
        return bench.said();
    }

    private record Limited(long allowed) implements ResidentMemory {
        @Override
        public long bytes() {
            return 0;
        }

        @Override
        public long peakBytes() {
            return 0;
        }

        @Override
        public OptionalLong limit() {
            return OptionalLong.of(allowed);
        }
    }
}
