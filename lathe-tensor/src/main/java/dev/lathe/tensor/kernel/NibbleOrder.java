package dev.lathe.tensor.kernel;

/** Which nibble of a byte holds the first of its two numbers. */
public enum NibbleOrder {
    HIGH_FIRST,
    LOW_FIRST
}
