package dev.lathe.data;

import dev.lathe.base.UserError;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * A data set as dataset_info.json describes it.
 *
 * @param source the file or folder, or the name on the hub
 * @param files finds its files, and fetches them where they are not here
 * @param format how its rows are built
 * @param split which of its rows are wanted
 * @param samples {@code num_samples}: so many rows are drawn at random, some twice when there are not enough
 */
record DatasetEntry(
        String name, String source, Supplier<RowFiles> files, Format format, Split split, OptionalInt samples) {
    sealed interface Format {
        record Alpaca(AlpacaColumns columns) implements Format {}

        record ShareGpt(ShareGptColumns columns) implements Format {}

        record OpenAi(ShareGptColumns columns) implements Format {}

        /** Whether rows have a column with tools. */
        default boolean offersTools() {
            return switch (this) {
                case Alpaca(AlpacaColumns columns) -> columns.tools().isPresent();
                case ShareGpt(ShareGptColumns columns) -> columns.tools().isPresent();
                case OpenAi(ShareGptColumns columns) -> columns.tools().isPresent();
            };
        }

        /** What its rows have for answers. */
        default AnswerColumns answers() {
            return switch (this) {
                case Alpaca(AlpacaColumns columns) -> columns.answers();
                case ShareGpt(ShareGptColumns columns) -> columns.answers();
                case OpenAi(ShareGptColumns columns) -> columns.answers();
            };
        }
    }

    /** Throws {@link UserError} when its rows are of no use to {@code stage}. */
    void checkFor(DataSettings.Stage stage) {
        boolean pairs = stage.kind() == Pair.class;
        AnswerColumns answers = format.answers();
        if (answers.ranking() != pairs) {
            throw new UserError(
                    pairs
                            ? "dataset: %s holds no pairs of answers, but stage %s compares them: choose a data set with `ranking: true`, a `chosen` and a `rejected` column, or stage: sft"
                                    .formatted(name, stage.word())
                            : "dataset: %s holds pairs of answers (`ranking: true`), which are for stages rm and dpo, but the stage is %s"
                                    .formatted(name, stage.word()));
        }
        if (stage == DataSettings.Stage.KTO && answers.tag().isEmpty()) {
            throw new UserError(
                    "dataset: %s names no `kto_tag` among its `columns`, but stage kto needs to know which answers are good"
                            .formatted(name));
        }
    }

    /** @param answered whether a row without an answer is of no use */
    RowConverter converter(boolean answered) {
        return switch (format) {
            case Format.Alpaca(AlpacaColumns columns) -> new AlpacaConverter(columns, answered);
            case Format.ShareGpt(ShareGptColumns columns) -> MessageListConverter.shareGpt(columns);
            case Format.OpenAi(ShareGptColumns columns) -> MessageListConverter.openAi(columns);
        };
    }
}
