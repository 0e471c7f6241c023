package dev.lathe.run.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorBoardTest {
    private record Scalar(double wallTime, long step, String tag, float value) {}

    private final Path folder;

    private final HandClock clock = new HandClock();

    TensorBoardTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void writesWhereItIsTold() throws IOException {
        Path told = folder.resolve("elsewhere");
        TensorBoard board = new TensorBoard(
                folder.resolve("out"), Optional.of(told), clock, new LogRule.Steps(1, false), "my host");
        Replay.play(Replay.of("full").events(), clock, List.of(board));
        assertThat(only(told).getFileName().toString()).startsWith("events.out.tfevents.");
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @Test
    void writesWhatWasLogged() throws IOException {
        Replay replay = Replay.of("full");
        Replay.play(
                replay.events(),
                clock,
                List.of(new TensorBoard(folder, Optional.empty(), clock, new LogRule.Steps(1, false), "my host")));
        Path run = only(folder.resolve("runs"));
        Path file = only(run);
        assertThat(run.getFileName()).hasToString("Mar05_07-08-09_my_host");
        assertThat(file.getFileName().toString())
                .startsWith("events.out.tfevents."
                        + clock.instant().minusMillis(2500).getEpochSecond() + ".my_host.");

        List<Scalar> scalars = new ArrayList<>();
        assertThat(decode(Files.readAllBytes(file), scalars)).isEqualTo("brain.Event:2");
        assertThat(scalars.stream().map(Scalar::tag).distinct())
                .containsExactlyInAnyOrder(
                        "train/loss",
                        "train/grad_norm",
                        "train/learning_rate",
                        "train/epoch",
                        "train/tokens_per_second",
                        "train/resident_gb",
                        "eval/loss",
                        "eval/runtime",
                        "eval/samples_per_second",
                        "eval/steps_per_second",
                        "train/train_loss",
                        "train/train_runtime",
                        "train/train_samples_per_second");
        assertThat(of("train/loss", scalars).stream().map(Scalar::step)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
        assertThat(of("train/loss", scalars).getFirst().value()).isEqualTo(3.7854020595550537f);
        assertThat(of("train/learning_rate", scalars).get(1).value()).isEqualTo(0.0005f);
        assertThat(of("eval/loss", scalars).stream().map(Scalar::step)).containsExactly(4L, 6L);
        assertThat(of("train/tokens_per_second", scalars).getFirst().value()).isEqualTo(1536f);
        assertThat(of("train/resident_gb", scalars).getFirst().value()).isEqualTo(0.3f);
        assertThat(of("train/loss", scalars).get(2).wallTime()).isCloseTo(clock.millis() / 1e3 - 1.5, within(1e-3));
    }

    private static List<Scalar> of(String tag, List<Scalar> scalars) {
        return scalars.stream().filter(scalar -> scalar.tag().equals(tag)).toList();
    }

    @Test
    void checksumsAreTfRecords() {
        // CRC-32C's check value is 0xe3069283 (RFC 3720's polynomial over "123456789"); rotated and shifted by hand.
        byte[] digits = "123456789".getBytes(StandardCharsets.US_ASCII);
        int expected = ((0xe3069283 >>> 15) | (0xe3069283 << 17)) + 0xa282ead8;
        assertThat(EventFile.maskedChecksum(digits, 0, digits.length)).isEqualTo(expected);
    }

    private static Path only(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.reduce((a, b) -> {
                        throw new AssertionError("more than one file in " + folder);
                    })
                    .orElseThrow();
        }
    }

    /** Returns the file version; collects the scalars. */
    private static String decode(byte[] bytes, List<Scalar> scalars) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        String version = "";
        while (in.hasRemaining()) {
            int start = in.position();
            int length = Math.toIntExact(in.getLong());
            assertThat(in.getInt()).isEqualTo(EventFile.maskedChecksum(bytes, start, 8));
            byte[] data = new byte[length];
            in.get(data);
            assertThat(in.getInt()).isEqualTo(EventFile.maskedChecksum(data, 0, length));
            version += event(CodedInputStream.newInstance(data), scalars);
        }
        return version;
    }

    private static String event(CodedInputStream in, List<Scalar> scalars) throws IOException {
        String version = "";
        double time = 0;
        long step = 0;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case 1 -> time = in.readDouble();
                case 2 -> step = in.readInt64();
                case 3 -> version = in.readString();
                case 5 -> summary(in.readBytes().newCodedInput(), time, step, scalars);
                default -> throw new AssertionError("unexpected field " + tag);
            }
        }
        return version;
    }

    private static void summary(CodedInputStream in, double time, long step, List<Scalar> scalars) throws IOException {
        while (in.readTag() != 0) {
            ByteString bytes = in.readBytes();
            CodedInputStream value = bytes.newCodedInput();
            value.readTag();
            String tag = value.readString();
            value.readTag();
            scalars.add(new Scalar(time, step, tag, value.readFloat()));
        }
    }
}
