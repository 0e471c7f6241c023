package dev.lathe.model.file;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** How ggml stores numbers: so many of them in a block of so many bytes. Those without rows cannot be read yet. */
enum GgufType {
    F32(0, 1, 4, GgufRows::f32),
    F16(1, 1, 2, GgufRows::f16),
    Q4_0(2, 32, 18, GgufRows::q40),
    Q4_1(3, 32, 20, GgufRows::q41),
    Q5_0(6, 32, 22, GgufRows::q50),
    Q5_1(7, 32, 24, GgufRows::q51),
    Q8_0(8, 32, 34, GgufRows::q80),
    Q8_1(9, 32, 36),
    Q2_K(10, 256, 84, GgufSuperRows::q2k),
    Q3_K(11, 256, 110, GgufSuperRows::q3k),
    Q4_K(12, 256, 144, GgufSuperRows::q4k),
    Q5_K(13, 256, 176, GgufSuperRows::q5k),
    Q6_K(14, 256, 210, GgufSuperRows::q6k),
    Q8_K(15, 256, 292),
    IQ2_XXS(16, 256, 66, GgufGridRows::iq2xxs),
    IQ2_XS(17, 256, 74, GgufGridRows::iq2xs),
    IQ3_XXS(18, 256, 98, GgufGridRows::iq3xxs),
    IQ1_S(19, 256, 50, GgufGridRows::iq1s),
    IQ4_NL(20, 32, 18, GgufTableRows::iq4nl),
    IQ3_S(21, 256, 110, GgufGridRows::iq3s),
    IQ2_S(22, 256, 82, GgufGridRows::iq2s),
    IQ4_XS(23, 256, 136, GgufTableRows::iq4xs),
    I8(24, 1, 1),
    I16(25, 1, 2),
    I32(26, 1, 4),
    I64(27, 1, 8),
    F64(28, 1, 8),
    IQ1_M(29, 256, 56, GgufGridRows::iq1m),
    BF16(30, 1, 2, GgufRows::bf16),
    TQ1_0(34, 256, 54, GgufTernaryRows::tq10),
    TQ2_0(35, 256, 66, GgufTernaryRows::tq20),
    MXFP4(39, 32, 17, GgufTableRows::mxfp4),
    NVFP4(40, 64, 36, GgufTableRows::nvfp4);

    private final int id;
    private final int blockLength;
    private final int blockBytes;
    private final Optional<GgufRows.Reader> rows;

    GgufType(int id, int blockLength, int blockBytes) {
        this(id, blockLength, blockBytes, Optional.empty());
    }

    GgufType(int id, int blockLength, int blockBytes, GgufRows.Reader rows) {
        this(id, blockLength, blockBytes, Optional.of(rows));
    }

    GgufType(int id, int blockLength, int blockBytes, Optional<GgufRows.Reader> rows) {
        this.id = id;
        this.blockLength = blockLength;
        this.blockBytes = blockBytes;
        this.rows = rows;
    }

    static Optional<GgufType> of(int id) {
        return Arrays.stream(values()).filter(type -> type.id == id).findFirst();
    }

    static String readable() {
        return Arrays.stream(values())
                .filter(type -> type.rows.isPresent())
                .map(GgufType::name)
                .collect(Collectors.joining(", "));
    }

    /** Numbers in one block; a row is a whole number of blocks. */
    int blockLength() {
        return blockLength;
    }

    /** Bytes of {@code elements} numbers, a multiple of the block; throws ArithmeticException beyond 63 bits. */
    long bytes(long elements) {
        return Math.multiplyExact(elements / blockLength, blockBytes);
    }

    /** Reads a row, or is empty when this version cannot. */
    Optional<GgufRows.Reader> rows() {
        return rows;
    }
}
