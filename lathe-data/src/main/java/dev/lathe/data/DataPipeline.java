package dev.lathe.data;

import dev.lathe.base.UserError;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.Stream;

/**
 * From the names of data sets to samples: read and tokenise each (or take it from the cache), choose and mix rows, hold
 * some out, group them. Only the first step costs time; the rest is row numbers.
 */
public final class DataPipeline {
    /** Part of every cache key: goes up whenever the same row would give other ids, or the file another layout. */
    private static final int VERSION = 3;

    private final DataSettings settings;
    private final Encoding encoding;
    private final TokenCache cache;
    private final DatasetHub hub;
    private final int threads;
    private final DataProgress progress;
    private final Map<String, byte[]> contents = new HashMap<>();

    private DataPipeline(
            DataSettings settings,
            Encoding encoding,
            TokenCache cache,
            DatasetHub hub,
            int threads,
            DataProgress progress) {
        this.hub = hub;
        this.settings = settings;
        this.encoding = encoding;
        this.cache = cache;
        this.threads = threads;
        this.progress = progress;
    }

    /**
     * Loads all data of a run in stage sft or pt.
     *
     * @param threads platform threads that tokenise, at least 1; no influence on the result
     * @throws UserError for settings that do not go together, data that cannot be read, and sets that end up empty
     */
    public static LoadedData load(
            DataSettings settings, Encoding encoding, TokenCache cache, int threads, DataProgress progress) {
        return load(settings, encoding, cache, DatasetHub.NONE, threads, progress);
    }

    /** The same with data sets of a hub. */
    public static LoadedData load(
            DataSettings settings,
            Encoding encoding,
            TokenCache cache,
            DatasetHub hub,
            int threads,
            DataProgress progress) {
        return prepare(settings, encoding, cache, hub, threads, progress).loaded();
    }

    /** Makes all data of a run ready, in the form that its stage takes; otherwise as {@link #load}. */
    public static PreparedData prepare(
            DataSettings settings, Encoding encoding, TokenCache cache, int threads, DataProgress progress) {
        return prepare(settings, encoding, cache, DatasetHub.NONE, threads, progress);
    }

    /** The same with data sets of a hub. */
    public static PreparedData prepare(
            DataSettings settings,
            Encoding encoding,
            TokenCache cache,
            DatasetHub hub,
            int threads,
            DataProgress progress) {
        settings.check();
        return new DataPipeline(settings, encoding, cache, hub, threads, progress).prepare();
    }

    /**
     * Opens the training data of a run as a stream: it is read while the run goes on, and may be larger than memory and
     * disk. What is evaluated on is read at once.
     *
     * @throws UserError as {@link #load}, and for settings that a stream cannot have
     */
    public static LoadedData stream(
            DataSettings settings,
            Streaming streaming,
            Encoding encoding,
            TokenCache cache,
            DatasetHub hub,
            int threads,
            DataProgress progress) {
        settings.check();
        return new DataPipeline(settings, encoding, cache, hub, threads, progress).stream(streaming);
    }

    private LoadedData stream(Streaming streaming) {
        checkTemplate();
        if (settings.maxSamples().isPresent() || settings.valSize() instanceof HoldOut.Fraction) {
            throw new UserError(
                    "streaming: not with max_samples, nor with a fraction as val_size: rows are not counted");
        }
        DatasetInfo info = DatasetInfo.in(settings.datasetDir(), hub);
        List<DatasetEntry> entries =
                settings.datasets().stream().distinct().map(info::entry).toList();
        entries.forEach(entry -> entry.checkFor(settings.stage()));
        entries.stream()
                .filter(entry -> entry.samples().isPresent())
                .findFirst()
                .ifPresent(entry -> {
                    throw new UserError("streaming: not with num_samples (data set %s): rows are not counted"
                            .formatted(entry.name()));
                });
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
        StreamBatches.Plan plan = batches(entries, settings.preprocessingBatchSize());
        return new LoadedData(
                new LoadedData.Set(
                        Optional.empty(),
                        new StreamedSamples(
                                streaming.samples(), start -> new StreamBatches(plan, train, threads, start)),
                        DataReport.NONE),
                held > 0 ? List.of(held(entries, all, held)) : named(info),
                identity(files));
    }

    private StreamBatches.Plan batches(List<DatasetEntry> entries, int size) {
        RowEncoder encoder = encoder();
        return new StreamBatches.Plan(
                entries,
                entries.stream()
                        .map(entry -> new RowPath(entry.converter(answered()), encoder))
                        .toList(),
                size,
                encoder.hasLabels(),
                rows -> texts(rows, Orders.ascending(rows.size()), MapBatches.of(rows.size(), 1, size)));
    }

    /** The first rows of the stream, for evaluation. */
    private LoadedData.Set held(List<DatasetEntry> entries, IntFunction<RowStream> rows, int count) {
        try (StreamBatches batches = new StreamBatches(batches(entries, count), rows, threads, StreamPosition.START)) {
            StreamBatches.Batch first = batches.next();
            if (first.last() || first.samples().size() == 0) {
                throw new UserError("val_size: %d rows leave nothing to train on: %s"
                        .formatted(count, first.report().summary()));
            }
            return new LoadedData.Set(Optional.empty(), first.samples(), first.report());
        }
    }

    private List<LoadedData.Set> named(DatasetInfo info) {
        List<DatasetEntry> entries =
                settings.evalDatasets().stream().distinct().map(info::entry).toList();
        JoinedRows rows = new JoinedRows(entries.stream().map(this::tokenise).toList());
        Map<String, int[]> named = chosen(settings.evalDatasets(), entries, rows, new LegacyNumpy(settings.seed()));
        return evaluation(rows, names(entries), named, new int[0]).stream()
                .map(PreparedData::loaded)
                .toList();
    }

    private static List<String> names(List<DatasetEntry> entries) {
        return entries.stream().map(DatasetEntry::name).toList();
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

    private PreparedData prepare() {
        checkTemplate();
        DatasetInfo info = DatasetInfo.in(settings.datasetDir(), hub);
        List<DatasetEntry> entries = Stream.of(settings.datasets(), settings.evalDatasets())
                .flatMap(List::stream)
                .distinct()
                .map(info::entry)
                .toList();
        entries.forEach(entry -> entry.checkFor(settings.stage()));
        List<String> sources = names(entries);
        JoinedRows rows = new JoinedRows(entries.stream().map(this::tokenise).toList());
        LegacyNumpy random = new LegacyNumpy(settings.seed());
        Map<String, int[]> train = chosen(settings.datasets(), entries, rows, random);
        Map<String, int[]> held = chosen(settings.evalDatasets(), entries, rows, random);
        HoldOut.Split split = settings.valSize().split(mixed(train), settings.seed());
        return new PreparedData(
                set(Optional.empty(), "dataset", rows, sources, split.train()),
                evaluation(rows, sources, held, split.held()),
                content(entries));
    }

    private void checkTemplate() {
        boolean endsLater = encoding.turns().efficientEos();
        if (endsLater && settings.trainOnPrompt()) {
            throw new UserError("train_on_prompt: not with a template whose answers have no end token (efficient_eos)");
        }
        boolean pretrains = settings.stage() == DataSettings.Stage.PT;
        if ((endsLater && encoding.eos().isEmpty())
                || (pretrains && encoding.documentEnd().isEmpty())) {
            throw new UserError("the tokenizer has no end-of-text token (eos_token), but %s needs one"
                    .formatted(pretrains ? "stage pt" : "the template"));
        }
    }

    private List<PreparedSet> evaluation(JoinedRows rows, List<String> sources, Map<String, int[]> named, int[] held) {
        if (held.length > 0) {
            return List.of(set(Optional.empty(), "val_size", rows, sources, held));
        }
        if (named.isEmpty()) {
            return List.of();
        }
        if (!settings.evalOnEachDataset()) {
            return List.of(set(Optional.empty(), "eval_dataset", rows, sources, mixed(named)));
        }
        return named.entrySet().stream()
                .map(each -> set(
                        Optional.of(each.getKey()), "eval_dataset " + each.getKey(), rows, sources, each.getValue()))
                .toList();
    }

    /** The rows of each data set that take part. A name that comes twice draws twice, as in the reference. */
    private Map<String, int[]> chosen(
            List<String> names, List<DatasetEntry> entries, JoinedRows rows, LegacyNumpy random) {
        Map<String, int[]> chosen = new LinkedHashMap<>();
        for (String name : names) {
            for (int part = 0; part < entries.size(); part++) {
                if (entries.get(part).name().equals(name)) {
                    chosen.put(name, chosen(entries.get(part), rows.start(part), rows.start(part + 1), random));
                }
            }
        }
        return chosen;
    }

    private int[] chosen(DatasetEntry entry, int start, int end, LegacyNumpy random) {
        int size = end - start;
        int[] chosen = Orders.ascending(size);
        if (entry.samples().isPresent() && size > 0) {
            int wanted = entry.samples().getAsInt();
            chosen = Arrays.copyOf(random.permutation(size), Math.min(wanted, size));
            chosen = Orders.concat(chosen, random.choice(size, wanted - chosen.length));
        }
        return Arrays.stream(chosen)
                .limit(settings.maxSamples().orElse(Integer.MAX_VALUE))
                .map(row -> start + row)
                .toArray();
    }

    private int[] mixed(Map<String, int[]> sets) {
        return settings.mixing().mix(List.copyOf(sets.values()), settings.seed());
    }

    private PreparedSet set(Optional<String> name, String key, JoinedRows rows, List<String> sources, int[] order) {
        return switch (settings.stage()) {
            case SFT ->
                settings.packs()
                        ? set(name, key, packs(rows, order, batches(order)), rows, sources, order)
                        : set(name, key, PlainSamples.of(rows, order), rows, sources, order);
            case PT -> set(name, key, documents(rows, order, batches(order)), rows, sources, order);
            case RM, DPO -> set(name, key, new PairSamples(rows, PlainSamples.kept(rows, order)), rows, sources, order);
            case PPO -> set(name, key, new PromptSamples(rows, PlainSamples.kept(rows, order)), rows, sources, order);
            case KTO ->
                set(
                        name,
                        key,
                        FeedbackSamples.of(rows, order, batches(order), settings.effectiveCutoffLen()),
                        rows,
                        sources,
                        order);
        };
    }

    private <S extends Samples<? extends Example> & RowGroups> PreparedSet set(
            Optional<String> name, String key, S samples, JoinedRows rows, List<String> sources, int[] order) {
        DataReport report = DataReport.of(rows, order, samples);
        if (samples.size() == 0) {
            throw new UserError("%s: no sample is left: %s".formatted(key, report.summary())
                    + (report.tokensLeftOver() > 0 ? ". Lower cutoff_len, add data, or set packing: false" : ""));
        }
        return new PreparedSet(name, samples, rows, order, sources, report);
    }

    private List<MapBatches> batches(int[] order) {
        return MapBatches.of(order.length, settings.preprocessingNumWorkers(), settings.preprocessingBatchSize());
    }

    /** Samples of stages sft and pt, which alone are streamed. */
    private TokenizedData texts(EncodedRows rows, int[] order, List<MapBatches> batches) {
        if (settings.stage() == DataSettings.Stage.PT) {
            return documents(rows, order, batches);
        }
        return settings.packs() ? packs(rows, order, batches) : PlainSamples.of(rows, order);
    }

    private PackedSamples packs(EncodedRows rows, int[] order, List<MapBatches> batches) {
        return PackedSamples.of(rows, order, batches, settings.effectiveCutoffLen(), settings.neatPacking());
    }

    private DocumentSamples documents(EncodedRows rows, int[] order, List<MapBatches> batches) {
        if (settings.packs()) {
            BlockSamples blocks =
                    new BlockSamples(rows, order, batches, settings.effectiveCutoffLen(), encoding.bosId());
            return new DocumentSamples(blocks, blocks, encoding.pad());
        }
        PlainSamples plain = PlainSamples.of(rows, order);
        return new DocumentSamples(plain, plain, encoding.pad());
    }

    /** Of the training data alone: what is evaluated on may change between a run and its continuation. */
    private String content(List<DatasetEntry> entries) {
        MessageDigest hash = Sha256.start();
        entries.stream()
                .filter(entry -> settings.datasets().contains(entry.name()))
                .forEach(entry -> hash.update(contents.getOrDefault(entry.name(), new byte[0])));
        return HexFormat.of().formatHex(hash.digest(), 0, 8);
    }

    private EncodedRows tokenise(DatasetEntry entry) {
        RowFiles files = entry.files().get();
        // Rows drawn at random are drawn from all of them; otherwise those beyond max_samples need not be looked at.
        long limit = entry.samples().isPresent()
                ? Integer.MAX_VALUE
                : settings.maxSamples().orElse(Integer.MAX_VALUE);
        RowEncoder encoder = encoder();
        byte[] content = files.digest();
        contents.put(entry.name(), content);
        Tokenising work = new Tokenising(entry, files, limit, encoder, answered(), threads);
        return cache.rows(
                key(entry, files, content, limit),
                encoder.hasLabels(),
                settings.overwriteCache(),
                out -> work.into(out, progress));
    }

    /** Whether a row without an answer is of no use. */
    private boolean answered() {
        return settings.stage() != DataSettings.Stage.PT && settings.stage() != DataSettings.Stage.PPO;
    }

    private RowEncoder encoder() {
        int cutoffLen = settings.effectiveCutoffLen();
        return switch (settings.stage()) {
            case RM, DPO -> new PairEncoder(encoding.turns(), encoding.eos(), cutoffLen);
            case KTO -> new FeedbackEncoder(encoding.turns(), encoding.eos(), cutoffLen);
            case PPO -> new PromptEncoder(encoding.turns(), encoding.eos(), cutoffLen);
            case SFT ->
                new SupervisedEncoder(
                        encoding.turns(), encoding.eos(), cutoffLen, settings.trainOnPrompt(), settings.maskHistory());
            case PT ->
                new DocumentEncoder(
                        encoding.text(),
                        settings.packs() ? "" : encoding.documentStart(),
                        encoding.documentEnd(),
                        encoding.pad(),
                        settings.packs() ? Integer.MAX_VALUE : settings.effectiveCutoffLen());
        };
    }

    /** Everything that the ids of a data set depend on. */
    private String key(DatasetEntry entry, RowFiles files, byte[] content, long limit) {
        MessageDigest hash = Sha256.start();
        String facts = String.join(
                "\n",
                "lathe tokens " + VERSION,
                settings.stage() + " packs=" + (settings.stage() == DataSettings.Stage.PT && settings.packs()),
                "cutoff " + settings.effectiveCutoffLen(),
                "prompt " + settings.trainOnPrompt() + " history " + settings.maskHistory(),
                "limit " + limit,
                "type " + files.type(),
                "format " + entry.format(),
                "encoding " + encoding.identity(),
                "tools " + (entry.format().offersTools() ? encoding.turns().toolsIdentity() : ""));
        hash.update(facts.getBytes(StandardCharsets.UTF_8));
        hash.update(content);
        return HexFormat.of().formatHex(hash.digest());
    }
}
