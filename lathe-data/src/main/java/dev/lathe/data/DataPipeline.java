package dev.lathe.data;

import dev.lathe.base.UserError;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * From the names of data sets to samples: read and tokenise each (or take it from the cache), choose and mix rows, hold
 * some out, group them. Only the first step costs time; the rest is row numbers.
 *
 * @param hub where data sets are had by name
 * @param threads platform threads that tokenise, at least 1; no influence on the result
 */
public record DataPipeline(Encoding encoding, TokenCache cache, DatasetHub hub, int threads, DataProgress progress) {
    /** Without data sets of a hub. */
    public DataPipeline(Encoding encoding, TokenCache cache, int threads, DataProgress progress) {
        this(encoding, cache, DatasetHub.NONE, threads, progress);
    }

    /**
     * Loads all data of a run in stage sft or pt.
     *
     * @throws UserError for settings that do not go together, data that cannot be read, and sets that end up empty
     */
    public LoadedData load(DataSettings settings) {
        return prepare(settings).loaded();
    }

    /** Makes all data of a run ready, in the form that its stage takes; otherwise as {@link #load}. */
    public PreparedData prepare(DataSettings settings) {
        StageSamples stage = stage(settings);
        DatasetInfo info = DatasetInfo.in(settings.datasetDir(), hub);
        List<DatasetEntry> entries = entries(info, Stream.of(settings.datasets(), settings.evalDatasets()));
        entries.forEach(entry -> entry.checkFor(settings.stage()));
        TokenizedSets sets = new TokenizedSets.Maker(stage, cache, threads, progress).of(entries);
        LegacyNumpy random = new LegacyNumpy(settings.seed());
        Map<String, int[]> train = sets.chosen(settings.datasets(), random);
        Map<String, int[]> named = sets.chosen(settings.evalDatasets(), random);
        HoldOut.Split split = settings.valSize().split(mixed(settings, train), settings.seed());
        PreparedSet training = stage.set(Optional.empty(), "dataset", sets.rows(), split.train(), sets.sources());
        List<PreparedSet> evaluation = split.held().length > 0
                ? List.of(stage.set(Optional.empty(), "val_size", sets.rows(), split.held(), sets.sources()))
                : evaluation(stage, sets, named);
        return new PreparedData(training, evaluation, sets.identity(settings.datasets()));
    }

    /**
     * Opens the training data of a run as a stream; what is evaluated on is read at once.
     *
     * @throws UserError as {@link #load}, and for settings that a stream cannot have
     */
    public LoadedData stream(DataSettings settings, Streaming streaming) {
        StageSamples stage = stage(settings);
        DatasetInfo info = DatasetInfo.in(settings.datasetDir(), hub);
        StreamedData stream = StreamedData.of(stage, entries(info, Stream.of(settings.datasets())), streaming, threads);
        TokenizedSets sets = new TokenizedSets.Maker(stage, cache, threads, progress)
                .of(entries(info, Stream.of(settings.evalDatasets())));
        Map<String, int[]> named = sets.chosen(settings.evalDatasets(), new LegacyNumpy(settings.seed()));
        return stream.load(evaluation(stage, sets, named).stream()
                .map(PreparedData::loaded)
                .toList());
    }

    private StageSamples stage(DataSettings settings) {
        settings.check();
        StageSamples stage = new StageSamples(settings, encoding);
        stage.check();
        return stage;
    }

    private static List<DatasetEntry> entries(DatasetInfo info, Stream<List<String>> names) {
        return names.flatMap(List::stream).distinct().map(info::entry).toList();
    }

    private static List<PreparedSet> evaluation(StageSamples stage, TokenizedSets sets, Map<String, int[]> named) {
        if (named.isEmpty()) {
            return List.of();
        }
        DataSettings settings = stage.settings();
        if (!settings.evalOnEachDataset()) {
            return List.of(
                    stage.set(Optional.empty(), "eval_dataset", sets.rows(), mixed(settings, named), sets.sources()));
        }
        return named.entrySet().stream()
                .map(each -> stage.set(
                        Optional.of(each.getKey()),
                        "eval_dataset " + each.getKey(),
                        sets.rows(),
                        each.getValue(),
                        sets.sources()))
                .toList();
    }

    private static int[] mixed(DataSettings settings, Map<String, int[]> sets) {
        return settings.mixing().mix(List.copyOf(sets.values()), settings.seed());
    }
}
