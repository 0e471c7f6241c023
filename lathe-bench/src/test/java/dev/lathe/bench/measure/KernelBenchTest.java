package dev.lathe.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lathe.base.Json;
import dev.lathe.bench.report.Metric;
import dev.lathe.bench.report.Section;
import dev.lathe.bench.report.Unit;
import java.util.List;
import org.junit.jupiter.api.Test;

class KernelBenchTest {
    @Test
    void knowsWhatCanBeMeasured() {
        assertThat(KernelBench.names()).contains("RmsNorm", "SwiGlu", "AdamW");
    }

    @Test
    void readsMediansAndComparesPairs() {
        String results = """
                [{"benchmark": "dev.lathe.bench.RmsNormBench.forwardKernel", "params": {"threads": "2", "shape": "8x8"},
                  "primaryMetric": {"rawData": [[3.0, 1.0, 2.0]]}},
                 {"benchmark": "dev.lathe.bench.RmsNormBench.forwardLibtorch", "params": {"threads": "2", "shape": "8x8"},
                  "primaryMetric": {"rawData": [[8.0, 9.0], [7.0]]}}]
                """;
        assertThat(KernelBench.sections(Json.parse(results, "test")))
                .containsExactly(new Section(
                        "RmsNormBench",
                        List.of(
                                new Metric("forwardKernel shape=8x8 threads=2", 2, Unit.MICROSECONDS),
                                new Metric("forwardLibtorch shape=8x8 threads=2", 8, Unit.MICROSECONDS),
                                new Metric("forward: kernel's gain shape=8x8 threads=2", 4, Unit.RATIO))));
    }
}
