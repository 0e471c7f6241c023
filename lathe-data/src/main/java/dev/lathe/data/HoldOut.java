package dev.lathe.data;

import dev.lathe.base.UserError;
import java.util.Arrays;

/** {@code val_size}: how many rows are held out of the training data for evaluation. */
public sealed interface HoldOut {
    /** How many of {@code rows} are held out. Throws {@link UserError} when none would be left for training. */
    int of(int rows);

    record Nothing() implements HoldOut {
        @Override
        public int of(int rows) {
            return 0;
        }
    }

    /** A number of rows, at least 1. */
    record Count(int count) implements HoldOut {
        @Override
        public int of(int rows) {
            if (count >= rows) {
                throw tooLarge(Integer.toString(count), rows);
            }
            return count;
        }
    }

    /** A share of the rows, between 0 and 1, rounded up. */
    record Fraction(double fraction) implements HoldOut {
        @Override
        public int of(int rows) {
            int count = (int) Math.ceil(fraction * rows);
            if (count >= rows) {
                throw tooLarge(Double.toString(fraction), rows);
            }
            return count;
        }
    }

    /**
     * Reads a value as it was written: {@code 0}, a fraction ({@code 0.1}), or a number of rows ({@code 1}, {@code 200};
     * {@code 2.9} means 2). {@code 1.0} could be either and is refused.
     */
    static HoldOut parse(String written) {
        double value;
        try {
            value = Double.parseDouble(written.strip());
        } catch (NumberFormatException e) {
            throw new UserError("val_size: %s is not a number".formatted(written), e);
        }
        if (!(value >= 0) || value > Integer.MAX_VALUE) {
            throw new UserError("val_size: %s must be 0, a fraction below 1, or a number of rows".formatted(written));
        }
        if (value == 1 && !written.strip().matches("\\+?0*1")) {
            throw new UserError(
                    "val_size: %s would leave nothing to train on; write 1 for one row, or a fraction below 1"
                            .formatted(written));
        }
        return of(value);
    }

    /** 0, a share below 1, or a number of rows. */
    static HoldOut of(double size) {
        if (size <= 1e-6) {
            return new Nothing();
        }
        return size < 1 ? new Fraction(size) : new Count((int) size);
    }

    /** Splits {@code rows} as {@code datasets.train_test_split(seed=seed)} does. */
    default Split split(int[] rows, long seed) {
        int held = of(rows.length);
        if (held == 0) {
            return new Split(rows, new int[0]);
        }
        int[] order = new Pcg64(seed).permutation(rows.length);
        int[] shuffled = Arrays.stream(order).map(i -> rows[i]).toArray();
        return new Split(Arrays.copyOfRange(shuffled, held, rows.length), Arrays.copyOfRange(shuffled, 0, held));
    }

    /** Both halves, in the order they are used. */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record Split(int[] train, int[] held) {}

    private static UserError tooLarge(String value, int rows) {
        return new UserError(
                "val_size: %s of %d rows leaves nothing to train on; choose less, or add data".formatted(value, rows));
    }
}
