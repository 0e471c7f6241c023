package dev.lathe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lathe.base.SafeFiles;
import dev.lathe.base.UserError;
import dev.lathe.model.LoadedModel;
import dev.lathe.model.ModelShape;
import dev.lathe.model.Modules;
import dev.lathe.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundledModelsTest {
    private final BundledModels models;

    BundledModelsTest(@TempDir Path cache) {
        this.models = new BundledModels(cache, new SafeFiles(Bench.UNSYNCED));
    }

    @Test
    void seedlingHasWeights() {
        try (LoadedModel model = LoadedModel.open("lathe:seedling", models.folder("seedling"))) {
            assertThat(ModelShape.of(model.spec()).parameters()).isEqualTo(2_558_400);
        }
    }

    /** Llama 2 7B's shape, seedling's tokenizer, and weights that lie nowhere. */
    @Test
    void theRandomModelIsSmallOnTheDisk() throws IOException {
        Path folder = models.folder("random-7b");
        try (LoadedModel model = LoadedModel.open("lathe:random-7b", folder);
                Stream<Path> files = Files.list(folder)) {
            assertThat(ModelShape.of(model.spec()).parameters()).isEqualTo(6_738_415_616L);
            assertThat(model.weights()
                            .spec("model.layers.31.mlp.up_proj.weight")
                            .dtype())
                    .isEqualTo(DType.BF16);
            assertThat(model.tokenizer().encode("Mira is a baker.")).isNotEmpty();
            List<Path> all = files.toList();
            assertThat(all).hasSize(5);
            for (Path file : all) {
                assertThat(Files.size(file)).as(file.toString()).isLessThan(1 << 20);
            }
        }
    }

    /** A token goes through as many numbers of the one as of the other, routers and norms aside. */
    @Test
    void theRandomExpertsHaveTheActiveSizeOfTheRandomDenseModel() {
        try (LoadedModel experts = LoadedModel.open("experts", models.folder("random-experts"));
                LoadedModel dense = LoadedModel.open("dense", models.folder("random-dense"))) {
            assertThat(active(experts)).isEqualTo(active(dense));
            assertThat(ModelShape.of(experts.spec()).parameters())
                    .isGreaterThan(5 * ModelShape.of(dense.spec()).parameters());
        }
    }

    private static double active(LoadedModel model) {
        return ModelShape.of(model.spec()).products().stream()
                .mapToDouble(product -> product.share()
                        * product.in()
                        * product.parts().stream().mapToLong(Modules.Part::out).sum())
                .sum();
    }

    @Test
    void othersAreNamed() {
        assertThatThrownBy(() -> models.folder("random-8b"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("there are lathe:seedling, lathe:random-7b, lathe:random-experts");
    }
}
