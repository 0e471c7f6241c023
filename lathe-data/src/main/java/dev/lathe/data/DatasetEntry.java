package dev.lathe.data;

import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * A data set as dataset_info.json describes it.
 *
 * @param source the file or folder, or the name on the hub
 * @param files finds its files, and fetches them where they are not here
 * @param format how its rows are built
 * @param samples {@code num_samples}: so many rows are drawn at random, some twice when there are not enough
 */
record DatasetEntry(String name, String source, Supplier<RowFiles> files, Format format, OptionalInt samples) {
    sealed interface Format {
        record Alpaca(AlpacaColumns columns) implements Format {}

        record ShareGpt(ShareGptColumns columns) implements Format {}
    }

    /** @param answered whether a row without an answer is of no use */
    RowConverter converter(boolean answered) {
        return switch (format) {
            case Format.Alpaca(AlpacaColumns columns) -> new AlpacaConverter(columns, answered);
            case Format.ShareGpt(ShareGptColumns columns) -> new ShareGptConverter(columns);
        };
    }
}
