package dev.lathe.model;

import dev.lathe.tensor.kernel.Matrix;
import java.util.List;

/**
 * The newest tokens of a few texts, a row each, on their way through {@link RowDecoder}.
 *
 * @param tables the rotations of their positions
 * @param ofLayer which of them each layer uses
 */
record RowPass(List<CachedPass.Text> texts, List<Turn> tables, List<Integer> ofLayer) {
    /** @param cos F32 [rows, rotated / 2]; sin the same */
    record Turn(Matrix cos, Matrix sin) {}

    int rows() {
        return texts.size();
    }

    Turn turn(int layer) {
        return tables.get(ofLayer.get(layer));
    }
}
