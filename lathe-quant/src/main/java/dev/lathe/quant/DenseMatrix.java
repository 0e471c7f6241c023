package dev.lathe.quant;

/** A matrix that was left as it is, beside quantised ones that read the same input. */
record DenseMatrix(Numbers numbers, long out, long in) implements PackedMatrix {
    @Override
    public void row(long row, float[] to) {
        numbers.read(row * in, (int) in, to);
    }

    @Override
    public long bytes() {
        return numbers.data().byteSize();
    }
}
