package dev.lathe.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lathe.text.Message;
import dev.lathe.text.Role;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for any rows and any lengths. */
class LawsTest {
    static LongStream seeds() {
        return LongStream.range(0, 50);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void rowsAreCutButNeverMixedUp(long seed) {
        Random random = new Random(seed);
        Row row = conversation(random);
        int cutoff = 1 + random.nextInt(60);
        boolean efficientEos = random.nextBoolean();
        boolean history = random.nextBoolean();
        SupervisedEncoder encoder =
                new SupervisedEncoder(new Letters(efficientEos), OptionalInt.of(Letters.EOS), cutoff, false, history);
        Encoded.Kept all = kept(encoder, row, Integer.MAX_VALUE);
        Encoded.Kept cut = kept(encoder, row, cutoff);
        assertThat(cut.ids().length + cut.lost()).isEqualTo(all.ids().length);
        assertThat(cut.ids().length).isLessThanOrEqualTo(cutoff);
        assertThat(all.lost()).isZero();
        assertThat(cut.labels()).hasSameSizeAs(cut.ids());
        for (int i = 0; i < cut.ids().length; i++) {
            assertThat(cut.labels()[i]).isIn(Sample.IGNORED, cut.ids()[i], Letters.EOS);
        }
        String questions = Letters.text(all.ids()).replaceAll("[^a-m]", "");
        assertThat(questions)
                .isEqualTo(row.messages().stream()
                        .filter(message -> message.role() == Role.USER)
                        .map(Message::content)
                        .reduce("", String::concat));
        assertThat(Letters.text(all.labels()).replaceAll("[.$]", ""))
                .isEqualTo(
                        history
                                ? ((Answer.One) row.answer()).message().content()
                                : row.messages().stream()
                                        .filter(message -> message.role() == Role.ASSISTANT)
                                        .map(Message::content)
                                        .reduce("", String::concat));
    }

    private static Encoded.Kept kept(SupervisedEncoder like, Row row, int cutoff) {
        SupervisedEncoder encoder =
                new SupervisedEncoder(like.turns(), like.eos(), cutoff, like.trainOnPrompt(), like.maskHistory());
        return (Encoded.Kept) encoder.encode(row);
    }

    /** Questions of letters a to m, answers of n to z, so that one can tell them apart; never all empty. */
    private static Row conversation(Random random) {
        List<Message> messages = new ArrayList<>();
        int turns = 1 + random.nextInt(4);
        for (int i = 0; i < turns; i++) {
            messages.add(new Message(Role.USER, word(random, 'a')));
            messages.add(new Message(Role.ASSISTANT, word(random, 'n') + "z"));
        }
        return new Row(messages.subList(0, messages.size() - 1), new Answer.One(messages.getLast()), "", "");
    }

    private static String word(Random random, char first) {
        return random.ints(random.nextInt(12), 0, 13)
                .mapToObj(i -> String.valueOf((char) (first + i)))
                .reduce("", String::concat);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void everyRowIsInOnePackAndNoPackIsTooFull(long seed) {
        Random random = new Random(seed);
        int capacity = 1 + random.nextInt(100);
        int[] lengths = random.ints(random.nextInt(300), 0, capacity + 1).toArray();
        List<int[]> packs = Knapsack.pack(lengths, capacity);
        assertThat(packs.stream().flatMapToInt(Arrays::stream).sorted().boxed())
                .containsExactlyElementsOf(
                        IntStream.range(0, lengths.length).boxed().toList());
        assertThat(packs)
                .allMatch(pack -> Arrays.stream(pack).map(i -> lengths[i]).sum() <= capacity);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void batchesAreEveryRowOnceInOrder(long seed) {
        Random random = new Random(seed);
        int rows = random.nextInt(5000);
        List<MapBatches> batches = MapBatches.of(rows, 1 + random.nextInt(9), 1 + random.nextInt(1200));
        assertThat(batches.stream()
                        .flatMapToInt(batch -> IntStream.range(batch.from(), batch.to()))
                        .boxed())
                .containsExactlyElementsOf(IntStream.range(0, rows).boxed().toList());
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void blocksAreTheTextWithoutItsRest(long seed) {
        Random random = new Random(seed);
        int[] order = Orders.ascending(1 + random.nextInt(40));
        List<int[]> texts = new ArrayList<>();
        Arrays.stream(order)
                .forEach(i -> texts.add(random.ints(random.nextInt(30), 2, 99).toArray()));
        int length = 1 + random.nextInt(20);
        BlockSamples blocks = new BlockSamples(
                new Texts(texts), order, MapBatches.of(order.length, 1, order.length), length, OptionalInt.empty());
        int[] whole = texts.stream().flatMapToInt(Arrays::stream).toArray();
        assertThat(blocks.size()).isEqualTo(whole.length / length);
        for (int i = 0; i < blocks.size(); i++) {
            assertThat(blocks.get(i).inputIds())
                    .containsExactly(Arrays.copyOfRange(whole, i * length, (i + 1) * length));
        }
    }

    /** Rows in memory. */
    private record Texts(List<int[]> texts) implements EncodedRows {
        @Override
        public int size() {
            return texts.size();
        }

        @Override
        public java.util.Optional<DropReason> dropped(int row) {
            return java.util.Optional.empty();
        }

        @Override
        public int tokens(int row) {
            return texts.get(row).length;
        }

        @Override
        public int supervised(int row) {
            return tokens(row);
        }

        @Override
        public int lost(int row) {
            return 0;
        }

        @Override
        public Marks marks(int row) {
            return Marks.NONE;
        }

        @Override
        public void ids(int row, int[] target, int at) {
            System.arraycopy(texts.get(row), 0, target, at, tokens(row));
        }

        @Override
        public void labels(int row, int[] target, int at) {
            ids(row, target, at);
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void epochsVisitEverySampleOnce(long seed) {
        int samples = 1 + new Random(seed).nextInt(2000);
        EpochOrder order = new EpochOrder(samples, seed, true);
        assertThat(Arrays.stream(order.order(0)).sorted().toArray()).containsExactly(Orders.ascending(samples));
        assertThat(order.order(3)).containsExactly(order.order(3));
        assertThat(new EpochOrder(samples, seed + 3, true).order(0)).containsExactly(order.order(3));
    }
}
