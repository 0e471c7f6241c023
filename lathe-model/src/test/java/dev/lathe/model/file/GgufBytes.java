package dev.lathe.model.file;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Makes small GGUF files, right and wrong ones, by the words of the format's description. */
public final class GgufBytes {
    private static final int Q8_0 = 8;

    private final ByteArrayOutputStream keys = new ByteArrayOutputStream();
    private final ByteArrayOutputStream tensors = new ByteArrayOutputStream();
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
    private int keyCount;
    private int tensorCount;
    private boolean packing;

    public GgufBytes key(String name, Object value) {
        keyCount++;
        text(keys, name);
        number(keys, type(value), 4);
        value(keys, value);
        return this;
    }

    /** A key whose type and value bytes are given as they are. */
    GgufBytes rawKey(String name, int type, byte[] value) {
        keyCount++;
        text(keys, name);
        number(keys, type, 4);
        keys.writeBytes(value);
        return this;
    }

    /** From now on matrices whose rows are whole blocks are written in Q8_0. */
    public GgufBytes packing() {
        packing = true;
        return this;
    }

    /** Any tensor, its dimensions innermost first. */
    public GgufBytes tensor(String name, int type, byte[] bytes, long... dimensions) {
        tensorCount++;
        text(tensors, name);
        number(tensors, dimensions.length, 4);
        for (long dimension : dimensions) {
            number(tensors, dimension, 8);
        }
        number(tensors, type, 4);
        while (data.size() % 32 != 0) {
            data.write(0);
        }
        number(tensors, data.size(), 8);
        data.writeBytes(bytes);
        return this;
    }

    public GgufBytes floats(String name, float[] values, long... dimensions) {
        if (packing && dimensions.length == 2 && dimensions[0] % 32 == 0) {
            return tensor(name, Q8_0, blocks(values), dimensions);
        }
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return tensor(name, 0, bytes.array(), dimensions);
    }

    private static byte[] blocks(float[] values) {
        ByteBuffer blocks = ByteBuffer.allocate(values.length / 32 * 34).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at < values.length; at += 32) {
            float largest = 1e-4f;
            for (int i = 0; i < 32; i++) {
                largest = Math.max(largest, Math.abs(values[at + i]));
            }
            blocks.putShort(Float.floatToFloat16(largest / 127));
            for (int i = 0; i < 32; i++) {
                blocks.put((byte) Math.clamp(Math.round(values[at + i] * 127 / largest), -127, 127));
            }
        }
        return blocks.array();
    }

    public byte[] bytes() {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
        number(file, 3, 4);
        number(file, tensorCount, 8);
        number(file, keyCount, 8);
        file.writeBytes(keys.toByteArray());
        file.writeBytes(tensors.toByteArray());
        while (file.size() % 32 != 0) {
            file.write(0);
        }
        file.writeBytes(data.toByteArray());
        return file.toByteArray();
    }

    private static int type(Object value) {
        return switch (value) {
            case Byte b -> 1;
            case Short s -> 3;
            case Integer i -> 4;
            case Float f -> 6;
            case Boolean b -> 7;
            case String s -> 8;
            case List<?> l -> 9;
            case Long l -> 11;
            case Double d -> 12;
            default -> throw new IllegalArgumentException(value.toString());
        };
    }

    private static void value(ByteArrayOutputStream out, Object value) {
        switch (value) {
            case Byte b -> number(out, b, 1);
            case Short s -> number(out, s, 2);
            case Integer i -> number(out, i, 4);
            case Float f -> number(out, Float.floatToRawIntBits(f), 4);
            case Boolean b -> out.write(b ? 1 : 0);
            case String s -> text(out, s);
            case List<?> list -> {
                number(out, type(list.getFirst()), 4);
                number(out, list.size(), 8);
                list.forEach(element -> value(out, element));
            }
            case Long l -> number(out, l, 8);
            case Double d -> number(out, Double.doubleToRawLongBits(d), 8);
            default -> throw new IllegalArgumentException(value.toString());
        }
    }

    private static void text(ByteArrayOutputStream out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        number(out, bytes.length, 8);
        out.writeBytes(bytes);
    }

    static void number(ByteArrayOutputStream out, long value, int bytes) {
        for (int i = 0; i < bytes; i++) {
            out.write((int) (value >> (8 * i)));
        }
    }
}
