package dev.lathe.data;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import java.util.function.LongFunction;
import org.apache.arrow.flatbuf.Date;
import org.apache.arrow.flatbuf.DateUnit;
import org.apache.arrow.flatbuf.Decimal;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.FixedSizeBinary;
import org.apache.arrow.flatbuf.FloatingPoint;
import org.apache.arrow.flatbuf.Int;
import org.apache.arrow.flatbuf.Precision;
import org.apache.arrow.flatbuf.Time;
import org.apache.arrow.flatbuf.Timestamp;
import org.apache.arrow.flatbuf.Type;

/** Single values of Arrow columns: numbers keep their digits, dates become text as ISO 8601 writes it. */
final class ArrowScalars {
    private ArrowScalars() {}

    /** Values of a fixed width; empty for a type that is not one of these. */
    static Optional<ArrowColumn> of(Field field, ByteBuffer data) {
        return Optional.ofNullable(
                switch (field.typeType()) {
                    case Type.Bool -> row -> new Cell.Truth(bit(data, row));
                    case Type.Int -> integers((Int) field.type(new Int()), data);
                    case Type.FloatingPoint -> floats((FloatingPoint) field.type(new FloatingPoint()), data);
                    case Type.Decimal -> decimals((Decimal) field.type(new Decimal()), data);
                    case Type.Date -> dates((Date) field.type(new Date()), data);
                    case Type.Time -> times((Time) field.type(new Time()), data);
                    case Type.Timestamp -> moments((Timestamp) field.type(new Timestamp()), data);
                    case Type.FixedSizeBinary -> binary((FixedSizeBinary) field.type(new FixedSizeBinary()), data);
                    default -> null;
                });
    }

    /** Texts, or bytes as base 64. */
    static ArrowColumn bytes(Field field, IntUnaryOperator offsets, ByteBuffer data) {
        boolean text = field.typeType() == Type.Utf8 || field.typeType() == Type.LargeUtf8;
        return row -> {
            int from = offsets.applyAsInt(row);
            byte[] value = slice(data, from, offsets.applyAsInt(row + 1) - from);
            return new Cell.Text(
                    text
                            ? new String(value, StandardCharsets.UTF_8)
                            : Base64.getEncoder().encodeToString(value));
        };
    }

    static boolean bit(ByteBuffer bits, int row) {
        return (bits.get(row >> 3) >> (row & 7) & 1) != 0;
    }

    /** Whole number {@code row} of a run of numbers of {@code width} bytes each, with its sign. */
    static long integer(ByteBuffer data, int row, int width) {
        return switch (width) {
            case 1 -> data.get(row);
            case 2 -> data.getShort(index(row, 2));
            case 4 -> data.getInt(index(row, 4));
            case 8 -> data.getLong(index(row, 8));
            default -> throw new IndexOutOfBoundsException("a number of %d bytes".formatted(width));
        };
    }

    private static int index(int row, int width) {
        long at = (long) row * width;
        if (at > Integer.MAX_VALUE) {
            throw new IndexOutOfBoundsException("byte " + at);
        }
        return (int) at;
    }

    private static byte[] slice(ByteBuffer data, int from, int length) {
        if (from < 0 || length < 0 || from > data.limit() - length) {
            throw new IndexOutOfBoundsException("bytes from " + from);
        }
        byte[] value = new byte[length];
        data.get(from, value);
        return value;
    }

    private static ArrowColumn integers(Int type, ByteBuffer data) {
        int width = type.bitWidth() / Byte.SIZE;
        long mask = width >= Long.BYTES ? -1 : (1L << type.bitWidth()) - 1;
        return type.isSigned()
                ? row -> new Cell.Numeral(Long.toString(integer(data, row, width)))
                : row -> new Cell.Numeral(Long.toUnsignedString(integer(data, row, width) & mask));
    }

    private static ArrowColumn floats(FloatingPoint type, ByteBuffer data) {
        return switch (type.precision()) {
            case Precision.HALF ->
                row -> new Cell.Numeral(Float.toString(Float.float16ToFloat((short) integer(data, row, 2))));
            case Precision.SINGLE ->
                row -> new Cell.Numeral(Float.toString(Float.intBitsToFloat((int) integer(data, row, 4))));
            default -> row -> new Cell.Numeral(Double.toString(Double.longBitsToDouble(integer(data, row, 8))));
        };
    }

    private static ArrowColumn decimals(Decimal type, ByteBuffer data) {
        int width = type.bitWidth() / Byte.SIZE;
        return row -> {
            byte[] value = slice(data, index(row, width), width);
            for (int i = 0; i < width / 2; i++) { // BigInteger wants the highest byte first
                byte low = value[i];
                value[i] = value[width - 1 - i];
                value[width - 1 - i] = low;
            }
            return new Cell.Numeral(new BigDecimal(new BigInteger(value), type.scale()).toPlainString());
        };
    }

    private static ArrowColumn dates(Date type, ByteBuffer data) {
        boolean days = type.unit() == DateUnit.DAY;
        return row -> new Cell.Text((days
                        ? LocalDate.ofEpochDay(integer(data, row, 4))
                        : LocalDate.ofEpochDay(Math.floorDiv(integer(data, row, 8), 86_400_000L)))
                .toString());
    }

    private static ArrowColumn times(Time type, ByteBuffer data) {
        LongFunction<LocalTime> time =
                value -> LocalTime.MIDNIGHT.plusNanos(Math.multiplyExact(value, nanos(type.unit())));
        int width = type.bitWidth() / Byte.SIZE;
        return row -> new Cell.Text(time.apply(integer(data, row, width)).toString());
    }

    private static ArrowColumn moments(Timestamp type, ByteBuffer data) {
        boolean zoned = type.timezone() != null;
        return row -> {
            Instant at = Instant.EPOCH.plus(integer(data, row, 8), unit(type.unit()));
            return new Cell.Text(
                    zoned
                            ? at.toString()
                            : at.atOffset(ZoneOffset.UTC).toLocalDateTime().toString());
        };
    }

    private static ArrowColumn binary(FixedSizeBinary type, ByteBuffer data) {
        int width = type.byteWidth();
        return row -> new Cell.Text(Base64.getEncoder().encodeToString(slice(data, index(row, width), width)));
    }

    /** Arrow's units: 0 seconds, 1 milliseconds, 2 microseconds, 3 nanoseconds. */
    private static ChronoUnit unit(int unit) {
        return switch (unit) {
            case 0 -> ChronoUnit.SECONDS;
            case 1 -> ChronoUnit.MILLIS;
            case 2 -> ChronoUnit.MICROS;
            default -> ChronoUnit.NANOS;
        };
    }

    private static long nanos(int unit) {
        return unit(unit).getDuration().toNanos();
    }
}
