package dev.lathe.quant;

/** A way to pack matrices while a model loads. */
public final class Storage {
    /** Groups of HQQ, and LLaMA-Factory's axis for them. */
    private static final int HQQ_GROUP = 64;

    private static final int HQQ_AXIS = 0;
    private static final int BLOCK = 64;

    private final String name;
    private final Quantizer quantizer;

    private Storage(String name, Quantizer quantizer) {
        this.name = name;
        this.quantizer = quantizer;
    }

    /** bitsandbytes' normal floats, in blocks of 64. */
    public static Storage nf4(boolean doubleQuantization) {
        return fourBit(FourBitTable.NF4, doubleQuantization);
    }

    /** bitsandbytes' floats of 4 bits, in blocks of 64. */
    public static Storage fp4(boolean doubleQuantization) {
        return fourBit(FourBitTable.FP4, doubleQuantization);
    }

    private static Storage fourBit(FourBitTable table, boolean nested) {
        return new Storage(
                table.name() + (nested ? " with quantised scales" : ""), new FourBitQuantizer(table, BLOCK, nested));
    }

    /** bitsandbytes' LLM.int8: a scale a row. */
    public static Storage int8() {
        return new Storage("int8", new Int8Quantizer());
    }

    /** HQQ in groups of 64. @param bits 1 to 6, or 8 */
    public static Storage hqq(int bits) {
        return new Storage("HQQ, %d bits".formatted(bits), new HqqQuantizer(bits, HQQ_GROUP, HQQ_AXIS));
    }

    /** EETQ's int8: a scale a row. */
    public static Storage eetq() {
        return new Storage("EETQ int8", new EetqQuantizer());
    }

    /** For messages: {@code nf4 with quantised scales}. */
    public String name() {
        return name;
    }

    /** Bytes that a matrix takes: codes, scales, everything. For tables of sizes. */
    public long bytes(long out, long in) {
        return quantizer.bytes(out, in);
    }

    Quantizer quantizer() {
        return quantizer;
    }

    @Override
    public String toString() {
        return name;
    }
}
