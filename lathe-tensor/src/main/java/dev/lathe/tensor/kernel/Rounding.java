package dev.lathe.tensor.kernel;

/**
 * What is left of float32 lanes when they are stored as an element type. The same instructions for every type, so that
 * loops need no branch: {@code bits.add(half).add(bits >>> 16 & odd).and(kept)}. NaN stays NaN as long as it came from
 * bfloat16 or from arithmetic.
 *
 * @param half added before the cut, with the lowest bit that is kept
 * @param odd 1 when ties go to even
 * @param kept bits that are not cut off
 */
record Rounding(int half, int odd, int kept) {
    private static final Rounding TO_BF16 = new Rounding(0x7FFF, 1, 0xFFFF0000);
    private static final Rounding NONE = new Rounding(0, 0, -1);

    static Rounding of(Element element) {
        return element == Element.BF16 ? TO_BF16 : NONE;
    }
}
