package dev.lathe.data;

import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * A data set as dataset_info.json describes it.
 *
 * @param source the file or folder
 * @param format how its rows are built
 * @param samples {@code num_samples}: so many rows are drawn at random, some twice when there are not enough
 */
record DatasetEntry(String name, Path source, Format format, OptionalInt samples) {
    sealed interface Format {
        /** Whether rows have a column with tools. */
        boolean offersTools();

        record Alpaca(AlpacaColumns columns) implements Format {
            @Override
            public boolean offersTools() {
                return columns.tools().isPresent();
            }
        }

        record ShareGpt(ShareGptColumns columns) implements Format {
            @Override
            public boolean offersTools() {
                return columns.tools().isPresent();
            }
        }
    }

    /** @param answered whether a row without an answer is of no use */
    RowConverter converter(boolean answered) {
        return switch (format) {
            case Format.Alpaca(AlpacaColumns columns) -> new AlpacaConverter(columns, answered);
            case Format.ShareGpt(ShareGptColumns columns) -> new ShareGptConverter(columns);
        };
    }
}
