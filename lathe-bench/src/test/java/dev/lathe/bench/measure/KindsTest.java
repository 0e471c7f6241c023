package dev.lathe.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class KindsTest {
    private static final Kinds KINDS = Kinds.load();

    /** Frames as "package.Class.method", the innermost first; without a dot in front they are Lathe's. */
    private static StackTraceElement[] stack(String... frames) {
        return Arrays.stream(frames)
                .map(frame -> frame.startsWith(".") ? frame.substring(1) : "dev.lathe." + frame)
                .map(KindsTest::frame)
                .toArray(StackTraceElement[]::new);
    }

    private static StackTraceElement frame(String name) {
        int dot = name.lastIndexOf('.');
        return new StackTraceElement(name.substring(0, dot), name.substring(dot + 1), "X.java", 1);
    }

    @ParameterizedTest
    @CsvSource({
        "GEMM, .org.bytedeco.pytorch.Tensor.matmul tensor.Tensor.matmul model.DenseWeight.times model.FrozenLinear.plain train.LoraLinear.apply",
        "LORA, .org.bytedeco.pytorch.Tensor.matmul tensor.Tensor.matmul train.LoraLinear.apply model.Block.apply",
        "LORA, tensor.Tensor.addMatmulInPlace tensor.Parameter.addGradientProduct train.LoraLinear.backward",
        "NORM, tensor.kernel.Workers.run tensor.kernel.VectorRmsNorm.forward tensor.RmsNorm.apply model.Block.apply",
        "ATTENTION, tensor.Tensor.matmul tensor.Attention$Chunk.scores tensor.Attention.apply model.Block.attend",
        "HEAD_GEMM, tensor.Tensor.matmul tensor.Operand.times tensor.CrossEntropy.product tensor.CrossEntropy.withGradient",
        "LOSS, tensor.Tensor.expInPlace tensor.CrossEntropy.withGradient train.LanguageModeling.lambda$accumulate$0",
        "OPTIMIZER, tensor.Tensor.fill tensor.Parameter.clearGradient train.Trainer.step train.Trainer.run",
        "DATA, data.Sample.tokens train.MicroBatch.of train.Trainer.batches",
        "OTHER, tensor.Scope.close train.LayerLoop.accumulate train.Trainer.step",
        "OTHER, .java.lang.Thread.run"
    })
    void theInnermostClassOfTheTableDecides(Kind kind, String frames) {
        assertThat(KINDS.of(stack(frames.split(" ")))).isEqualTo(kind);
    }

    @Test
    void anEmptyStackIsSomethingElse() {
        assertThat(KINDS.of(new StackTraceElement[0])).isEqualTo(Kind.OTHER);
    }

    static Stream<String> classes() {
        return KINDS.classes().stream();
    }

    /** A class that was renamed would silently count as something else. */
    @ParameterizedTest
    @MethodSource("classes")
    void everyClassOfTheTableIsThere(String name) {
        assertThatCode(() ->
                        Class.forName("dev.lathe." + name, false, getClass().getClassLoader()))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void aTableWithAMistakeIsRefused(List<String> lines) {
        assertThatThrownBy(() -> Kinds.parse(lines)).isInstanceOf(IllegalStateException.class);
    }

    static Stream<List<String>> mistakes() {
        return Stream.of(
                List.of("gem tensor.Attention"), List.of("gemm"), List.of("gemm tensor.Rope", "rope tensor.Rope"));
    }
}
