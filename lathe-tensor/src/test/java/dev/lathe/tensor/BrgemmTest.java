package dev.lathe.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.lathe.base.SystemFiles;
import dev.lathe.tensor.kernel.ScalarTileProduct;
import dev.lathe.tensor.kernel.TileProduct;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The processor's blocks against those in plain Java. */
class BrgemmTest {
    @ParameterizedTest
    @CsvSource({
        "1,1,2",
        "64,192,576",
        "64,16,32",
        "33,40,64",
        "64,208,96",
        "5,7,6",
        "64,65,66",
        "64,32,1022",
        "3,600,20"
    })
    void equalsPlainJava(long rows, long columns, long inner) {
        Optional<TileProduct> tiles = Torch.tiles();
        assumeThat(tiles).as("products of BF16 on this host").isPresent();
        GradientCheck random = new GradientCheck(inner);
        try (Scope scope = Scope.open()) {
            long stride = columns + 3;
            Tensor a = random.random(rows, inner + 5).to(DType.BF16);
            Tensor b = random.random(inner / 2, 2 * stride).to(DType.BF16);
            Tensor expected = random.random(rows, stride).to(DType.F32);
            Tensor sums = expected.copy();
            TileProduct.Shape shape = new TileProduct.Shape(rows, columns, inner, inner + 5, stride, stride);
            for (boolean add : new boolean[] {true, false}) {
                run(tiles.get(), shape, a, b, sums, add);
                run(new ScalarTileProduct(), shape, a, b, expected, add);
                assertThat(sums.minus(expected).norm()).isLessThan(1e-5 * expected.norm());
            }
            assertThat(sums.narrow(1, columns, 3)
                            .minus(expected.narrow(1, columns, 3))
                            .norm())
                    .isZero();
        }
    }

    private static void run(TileProduct tiles, TileProduct.Shape shape, Tensor a, Tensor b, Tensor sums, boolean add) {
        tiles.multiply(
                shape, a.data().address(), b.data().address(), sums.data().address(), add);
        tiles.release();
    }

    @Test
    void isNotThereWithoutTheUnitOrWhereOneDnnIsLimited(@TempDir Path root) throws IOException {
        Torch.start(1);
        Path file = Files.createDirectories(root.resolve("proc")).resolve("cpuinfo");
        Files.writeString(file, "processor\t: 0\nflags\t\t: fpu avx2 avx512f\n");
        assertThat(Brgemm.ofHost(new SystemFiles(root), Map.of())).isEmpty();
        Files.writeString(file, "processor\t: 0\nflags\t\t: fpu avx512_bf16 amx_tile\n");
        assertThat(Brgemm.ofHost(new SystemFiles(root), Map.of("ONEDNN_MAX_CPU_ISA", "AVX2")))
                .isEmpty();
        assertThat(Brgemm.ofHost(new SystemFiles(root.resolve("elsewhere")), Map.of()))
                .isEmpty();
    }
}
