package dev.lathe.model.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lathe.base.Reference;
import dev.lathe.tensor.DType;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class SafetensorsTest {
    @Test
    void readsTheReferenceModel() {
        try (WeightFile file = Safetensors.open(Reference.file("models/stories260K/hf/model.safetensors"))) {
            assertThat(file.names()).hasSize(47).contains("model.norm.weight");
            assertThat(file.metadata()).containsEntry("format", "pt");
            StoredTensor norm = file.get("model.norm.weight");
            assertThat(norm.dtype()).isEqualTo(DType.F32);
            assertThat(norm.shape()).containsExactly(64);
            double sum = 0;
            for (long i = 0; i < 64; i++) {
                sum += norm.data().getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), i);
            }
            // From goldens/train/artifacts/exports.json: merging leaves the norms as they are.
            assertThat(sum).isCloseTo(115.952762, org.assertj.core.data.Offset.offset(1e-4));
        }
    }
}
