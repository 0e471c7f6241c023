package dev.lathe.model.file;

import java.util.Optional;

/** A weight file of which some matrices are quantised, and can be had so. */
public interface PackedRowFile extends WeightFile {
    /** The tensor's rows as they are stored; empty when it is no matrix, or is stored as plain numbers. */
    Optional<PackedRows> packed(String name);
}
