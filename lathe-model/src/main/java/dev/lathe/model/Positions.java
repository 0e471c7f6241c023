package dev.lathe.model;

import dev.lathe.tensor.Rope;
import java.util.List;

/**
 * Where the tokens of a pass stand.
 *
 * @param places of the tokens within their texts
 * @param tables the rotations of those places
 * @param ofLayer which of them each layer uses
 */
@SuppressWarnings("ArrayRecordComponent") // made for one pass, never compared
public record Positions(int[] places, List<Rope> tables, List<Integer> ofLayer) {
    Rope rope(int layer) {
        return tables.get(ofLayer.get(layer));
    }
}
