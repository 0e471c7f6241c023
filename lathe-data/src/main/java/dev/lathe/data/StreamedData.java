package dev.lathe.data;

import dev.lathe.base.UserError;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * Training data that are read while the run goes on, and may be larger than memory and disk.
 *
 * @param entries the data sets trained on
 * @param threads platform threads that tokenise
 */
record StreamedData(StageSamples stage, List<DatasetEntry> entries, Streaming streaming, int threads) {
    /** Throws {@link UserError} for settings that a stream cannot have. */
    static StreamedData of(StageSamples stage, List<DatasetEntry> entries, Streaming streaming, int threads) {
        DataSettings settings = stage.settings();
        if (settings.maxSamples().isPresent() || settings.valSize() instanceof HoldOut.Fraction) {
            throw new UserError(
                    "streaming: not with max_samples, nor with a fraction as val_size: rows are not counted");
        }
        for (DatasetEntry entry : entries) {
            entry.checkFor(settings.stage());
            if (entry.samples().isPresent()) {
                throw new UserError(
                        "streaming: not with num_samples (data set %s): rows are not counted".formatted(entry.name()));
            }
            if (!entry.split().isWhole()) {
                throw new UserError(
                        "streaming: not with a part of a split (data set %s, split %s): rows are not counted"
                                .formatted(entry.name(), entry.split().written()));
            }
        }
        return new StreamedData(stage, entries, streaming, threads);
    }

    /** @param named what is evaluated on beside rows that are held back */
    LoadedData load(List<LoadedData.Set> named) {
        DataSettings settings = stage.settings();
        List<RowFiles> files =
                entries.stream().map(entry -> entry.files().get()).toList();
        int held = settings.valSize().of(Integer.MAX_VALUE);
        IntFunction<RowStream> all = epoch -> RowStream.of(files, settings.mixing(), streaming, settings.seed(), epoch);
        // Rows that were held back stay so only if every epoch has the same order: the reference's rule too.
        IntFunction<RowStream> train = epoch -> {
            RowStream rows = all.apply(held > 0 ? 0 : epoch);
            rows.skip(held);
            return rows;
        };
        StreamBatches.Plan plan = batches(settings.preprocessingBatchSize());
        return new LoadedData(
                new LoadedData.Set(
                        Optional.empty(),
                        new StreamedSamples(
                                streaming.samples(), start -> new StreamBatches(plan, train, threads, start)),
                        DataReport.NONE),
                held > 0 ? List.of(held(all, held)) : named,
                identity(files));
    }

    private StreamBatches.Plan batches(int size) {
        RowEncoder encoder = stage.encoder();
        return new StreamBatches.Plan(
                entries,
                entries.stream()
                        .map(entry -> new RowPath(entry.converter(stage.answered()), encoder))
                        .toList(),
                size,
                encoder.hasLabels(),
                rows -> stage.texts(rows, Orders.ascending(rows.size()), MapBatches.of(rows.size(), 1, size)));
    }

    /** The first rows of the stream, for evaluation. */
    private LoadedData.Set held(IntFunction<RowStream> rows, int count) {
        try (StreamBatches batches = new StreamBatches(batches(count), rows, threads, StreamPosition.START)) {
            StreamBatches.Batch first = batches.next();
            if (first.last() || first.samples().size() == 0) {
                throw new UserError("val_size: %d rows leave nothing to train on: %s"
                        .formatted(count, first.report().summary()));
            }
            return new LoadedData.Set(Optional.empty(), first.samples(), first.report());
        }
    }

    /** To read a stream's files through only to know them again would take as long as an epoch. */
    private static String identity(List<RowFiles> files) {
        MessageDigest hash = Sha256.start();
        for (DataFile file : files.stream().flatMap(set -> set.files().stream()).toList()) {
            hash.update(
                    "%s %d\n".formatted(file.path().getFileName(), file.bytes()).getBytes(StandardCharsets.UTF_8));
        }
        return HexFormat.of().formatHex(hash.digest(), 0, 8);
    }
}
