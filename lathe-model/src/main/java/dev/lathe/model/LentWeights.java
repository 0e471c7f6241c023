package dev.lathe.model;

import dev.lathe.model.file.WeightFile;
import dev.lathe.model.file.WeightView;

/** Somebody else's weights: closing them here leaves them open there. */
record LentWeights(WeightFile file) implements WeightView {
    @Override
    public void close() {
        // Its owner does that.
    }
}
