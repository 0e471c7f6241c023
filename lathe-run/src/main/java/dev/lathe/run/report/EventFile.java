package dev.lathe.run.report;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.SequencedMap;
import java.util.zip.CRC32C;

/**
 * A TensorBoard event file: TFRecord frames around {@code tensorflow.Event} messages. Of that schema a scalar needs six
 * fields, so they are written by number with protobuf's own encoder instead of carrying TensorFlow's classes along.
 * Every record reaches the system whole, so a reader may follow a running training.
 */
final class EventFile {
    private static final int EVENT_WALL_TIME = 1;
    private static final int EVENT_STEP = 2;
    private static final int EVENT_FILE_VERSION = 3;
    private static final int EVENT_SUMMARY = 5;
    private static final int SUMMARY_VALUE = 1;
    private static final int VALUE_TAG = 1;
    private static final int VALUE_SIMPLE_VALUE = 2;

    private interface Message {
        void writeTo(CodedOutputStream out) throws IOException;
    }

    private final Path file;

    /** Creates the file, which must not exist, with the version record that every reader expects first. */
    EventFile(Path file, double wallTime) {
        this.file = file;
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.createFile(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        append(message(out -> {
            out.writeDouble(EVENT_WALL_TIME, wallTime);
            out.writeString(EVENT_FILE_VERSION, "brain.Event:2");
        }));
    }

    /** Adds one value a tag; {@code wallTime} in seconds since 1970. */
    void add(double wallTime, long step, SequencedMap<String, Double> scalars) {
        byte[] summary = message(out -> {
            for (Map.Entry<String, Double> scalar : scalars.entrySet()) {
                out.writeByteArray(SUMMARY_VALUE, message(value -> {
                    value.writeString(VALUE_TAG, scalar.getKey());
                    value.writeFloat(VALUE_SIMPLE_VALUE, scalar.getValue().floatValue());
                }));
            }
        });
        append(message(out -> {
            out.writeDouble(EVENT_WALL_TIME, wallTime);
            out.writeInt64(EVENT_STEP, step);
            out.writeByteArray(EVENT_SUMMARY, summary);
        }));
    }

    private static byte[] message(Message content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            content.writeTo(out);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** Frame: length (8 bytes), its checksum (4), data, its checksum (4); little-endian. */
    private void append(byte[] data) {
        ByteBuffer frame = ByteBuffer.allocate(16 + data.length).order(ByteOrder.LITTLE_ENDIAN);
        frame.putLong(data.length);
        frame.putInt(maskedChecksum(frame.array(), 0, 8));
        frame.put(data);
        frame.putInt(maskedChecksum(data, 0, data.length));
        frame.flip();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.APPEND)) {
            while (frame.hasRemaining()) {
                channel.write(frame);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** TFRecord's rotated CRC-32C, so that a checksum of data that holds checksums stays sound. */
    static int maskedChecksum(byte[] bytes, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, offset, length);
        return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
    }
}
