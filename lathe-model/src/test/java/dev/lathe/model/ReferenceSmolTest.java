package dev.lathe.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Json;
import dev.lathe.base.Reference;
import dev.lathe.model.file.Gguf;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Torch;
import java.util.Arrays;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

/**
 * SmolLM2-135M-Instruct as transformers 5.6 computes it (goldens/train): dequantised from GGUF, rounded to bf16, then in
 * float32. One test, because loading it takes the longest.
 */
class ReferenceSmolTest {
    @Test
    void logitsGreedyTextAndSamplingAreTheReferences() {
        Torch.start(1);
        JsonNode golden = Json.read(Reference.file("reference/goldens/train/logits/smollm2.json"));
        try (Gguf file = Gguf.open(Reference.model("smollm2/smollm2.gguf"))) {
            DecoderSpec spec = ConfigReader.read(file.config(DType.BF16), "smollm2.gguf");
            Weights weights = new Weights(file.weights(DType.BF16), "smollm2.gguf", DType.F32);
            Decoder decoder = Decoder.build(spec, new FrozenModules(weights));
            for (int prompt : new int[] {0, 1}) {
                ReferenceLogitsTest.compare(golden.path("prompts").path(prompt), decoder, 1e-3, 1e-4);
                GeneratorTest.assertGreedy(decoder, golden.path("prompts").path(prompt), 8);
            }
            assertThat(golden.path("sampling").size()).isEqualTo(3);
            golden.path("sampling").forEach(sampling -> assertSampling(decoder, sampling));
        }
    }

    private static void assertSampling(Decoder decoder, JsonNode golden) {
        int[] ids = GeneratorTest.ids(golden.path("ids"));
        BitSet seen = new BitSet();
        Arrays.stream(ids).forEach(seen::set);
        Sampler sampler = new Sampler(new Sampling(
                true,
                golden.path("temperature").doubleValue(),
                golden.path("top_p").doubleValue(),
                golden.path("top_k").intValue(),
                golden.path("repetition_penalty").doubleValue(),
                0));
        Candidates candidates = sampler.candidates(CachedDecoderTest.uncached(decoder, ids), seen);
        assertThat(candidates.ids()).isEqualTo(GeneratorTest.ids(golden.path("kept_ids")));
        for (int i = 0; i < candidates.ids().length; i++) {
            assertThat(candidates.probabilities()[i])
                    .isCloseTo(golden.path("probs").path(i).doubleValue(), within(1e-4));
        }
    }
}
