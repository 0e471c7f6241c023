package dev.lathe.model.file;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Objects;

/** The points of ggml's IQ types, so many numbers each; read from {@code ggml-grids.txt} when first needed. */
enum GgufGrid {
    IQ2_XXS("IQ2_XXS"),
    IQ2_XS("IQ2_XS"),
    IQ2_S("IQ2_S"),
    IQ3_XXS("IQ3_XXS"),
    IQ3_S("IQ3_S"),
    IQ1("IQ1_S");

    private final byte[] numbers;
    private final int width;

    GgufGrid(String name) {
        String[] columns = line(name).split(" ", -1);
        int bits = Integer.parseInt(columns[1]);
        this.width = Integer.parseInt(columns[3]);
        String[] values = columns[4].split(",", -1);
        byte[] packed = Base64.getDecoder().decode(columns[5]);
        this.numbers = new byte[Integer.parseInt(columns[2]) * width];
        for (int i = 0; i < numbers.length; i++) {
            int entry = packed[i * bits / 8] >> i * bits % 8 & (1 << bits) - 1;
            numbers[i] = Byte.parseByte(values[entry]);
        }
    }

    /** row[to..] = scale · point, negative where the bit of {@code signs} is set. */
    void write(int point, int signs, float scale, float[] row, int to) {
        for (int i = 0; i < width; i++) {
            float value = scale * numbers[point * width + i];
            row[to + i] = (signs >> i & 1) == 0 ? value : -value;
        }
    }

    /** row[to..] = scale · (point + shift). */
    void writeShifted(int point, float shift, float scale, float[] row, int to) {
        for (int i = 0; i < width; i++) {
            row[to + i] = scale * (numbers[point * width + i] + shift);
        }
    }

    private static String line(String name) {
        try (InputStream in = Objects.requireNonNull(GgufGrid.class.getResourceAsStream("ggml-grids.txt"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.startsWith(name + " "))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
