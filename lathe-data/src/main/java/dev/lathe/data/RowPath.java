package dev.lathe.data;

import dev.lathe.base.UserError;
import java.util.Set;

/** The way of a row of one data set from its file's columns to ids. Safe for several threads. */
record RowPath(RowConverter converter, RowEncoder encoder) {
    /** Throws {@link UserError} with the row's place for a value that cannot be used. */
    Encoded encode(RawRow raw) {
        return switch (converter.convert(raw)) {
            case Converted.Kept(Row row) -> encode(row, raw.place());
            case Converted.Dropped(DropReason reason) -> new Encoded.Dropped(reason);
        };
    }

    private Encoded encode(Row row, Place place) {
        try {
            return encoder.encode(row);
        } catch (UserError e) {
            throw new UserError("%s: %s".formatted(place, e.getMessage()), e);
        }
    }

    /**
     * Throws {@link UserError} when a column that the entry names is in none of the rows.
     *
     * @param seen all columns that some row had
     */
    void requireColumns(DatasetEntry entry, Set<String> seen) {
        for (String column : converter.expected()) {
            if (!seen.contains(column)) {
                throw new UserError(
                        "%s has no column `%s`; its columns are %s. Name the right one under `columns` of `%s` in dataset_info.json"
                                .formatted(
                                        entry.source(),
                                        column,
                                        seen.stream().sorted().toList(),
                                        entry.name()));
            }
        }
    }
}
