package dev.lathe.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lathe.tensor.kernel.RowAttentionKernel.Heads;
import dev.lathe.tensor.kernel.RowAttentionKernel.Text;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RowAttentionKernelTest {
    private static final float[] NONE = {};

    private static final List<Heads> HEADS = List.of(
            new Heads(1, 1, 1, 1, 1, 0, 0, NONE, NONE),
            new Heads(9, 3, 64, 64, 0.125f, 0, 0, NONE, NONE),
            new Heads(4, 4, 33, 70, 0.2f, 5, 0, NONE, NONE),
            new Heads(10, 2, 16, 48, 0.3f, 0, 3, NONE, NONE),
            new Heads(4, 2, 40, 24, 0.3f, 300, 0, new float[] {0.5f, 0.25f, 0.1f, 0}, NONE),
            new Heads(4, 1, 64, 32, 0.3f, 0, 0, NONE, new float[] {0.5f, -2, 4, 60}));

    private static final List<int[]> LENGTHS = List.of(
            new int[] {1}, new int[] {2}, new int[] {256}, new int[] {257, 3, 600}, new int[] {17, 1, 31, 5, 9});

    static Stream<Arguments> cases() {
        return HEADS.stream().flatMap(heads -> LENGTHS.stream()
                .flatMap(lengths -> Stream.of(Element.values()).flatMap(element -> Stream.of(false, true)
                        .map(awkward -> Arguments.of(heads, lengths, element, awkward)))));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void attends(Heads heads, int[] lengths, Element element, boolean awkward) {
        try (Workers workers = new Workers(awkward ? 3 : 1)) {
            Cases cases = new Cases(lengths[0], awkward);
            Matrix q = cases.random(element, lengths.length, (long) heads.heads() * heads.keyDim());
            List<Text> texts = texts(cases, heads, lengths, element);
            Matrix vector = cases.empty(element, lengths.length, (long) heads.heads() * heads.valueDim());
            Matrix scalar = cases.copy(vector);
            VectorKernels.make(workers).rowAttention().attend(heads, q, blocked(heads, texts), vector);
            Kernels.scalar(workers).rowAttention().attend(heads, q, texts, scalar);
            Cases.assertClose(vector, scalar, 1e-5);
            Cases.assertGapsUntouched(vector);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aTextDoesNotKnowOfOthers(Heads heads, int[] lengths, Element element, boolean awkward) {
        try (Workers workers = new Workers(2)) {
            Cases cases = new Cases(lengths[0], awkward);
            Matrix q = cases.random(element, lengths.length, (long) heads.heads() * heads.keyDim());
            List<Text> texts = blocked(heads, texts(cases, heads, lengths, element));
            Matrix together = cases.empty(element, lengths.length, (long) heads.heads() * heads.valueDim());
            Matrix alone = cases.copy(together);
            RowAttentionKernel kernel = VectorKernels.make(workers).rowAttention();
            kernel.attend(heads, q, texts, together);
            for (int row = 0; row < lengths.length; row++) {
                kernel.attend(heads, row(q, row), List.of(texts.get(row)), row(alone, row));
            }
            Cases.assertEqual(alone, together);
        }
    }

    @Test
    void refusesWhatDoesNotFit() {
        try (Workers workers = new Workers(1)) {
            Cases cases = new Cases(1, false);
            Heads heads = HEADS.get(1);
            Matrix q = cases.random(Element.F32, 1, 9 * 64);
            List<Text> texts = texts(cases, heads, new int[] {4}, Element.F32);
            List<Text> longer =
                    List.of(new Text(texts.getFirst().keys(), texts.getFirst().values(), 1000));
            RowAttentionKernel kernel = VectorKernels.make(workers).rowAttention();
            assertThatThrownBy(() -> kernel.attend(heads, q, longer, cases.copy(q)))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> kernel.attend(heads, q, List.of(), cases.copy(q)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    /** With some rows of a cache that nobody wrote to yet. */
    private static List<Text> texts(Cases cases, Heads heads, int[] lengths, Element element) {
        List<Text> texts = new ArrayList<>();
        for (int tokens : lengths) {
            texts.add(new Text(
                    new Cases(tokens, false)
                            .random(element, (long) (tokens + 3) * heads.keyHeads() * heads.keyDim(), 1),
                    cases.random(element, tokens + 3, (long) heads.keyHeads() * heads.valueDim()),
                    tokens));
        }
        return texts;
    }

    /** The same keys as the vectors want them, with numbers that nobody may look at behind them. */
    private static List<Text> blocked(Heads heads, List<Text> texts) {
        List<Text> blocked = new ArrayList<>();
        for (Text text : texts) {
            Element element = text.keys().element();
            int block = VectorKernels.make(new Workers(1)).rowAttention().block(element);
            long width = (long) heads.keyHeads() * heads.keyDim();
            long blocks = Math.ceilDiv(text.tokens(), block) + 1;
            Matrix keys = new Cases(9, false).random(element, blocks * width, block);
            for (int t = 0; t < text.tokens(); t++) {
                MemorySegment row = text.keys().data().asSlice(t * width * element.bytes());
                keys.putColumn(Matrix.of(row, element, 1, width), 0, t);
            }
            blocked.add(new Text(keys, text.values(), text.tokens()));
        }
        return blocked;
    }

    private static Matrix row(Matrix matrix, long row) {
        return new Matrix(
                matrix.data().asSlice(matrix.offset(row, 0)), matrix.element(), 1, matrix.columns(), matrix.columns());
    }
}
