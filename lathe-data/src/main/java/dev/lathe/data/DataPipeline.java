package dev.lathe.data;

import dev.lathe.base.UserError;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * From the names of data sets to samples: read and tokenise each (or take it from the cache), choose and mix rows, hold
 * some out, group them. Only the first step costs time; the rest is row numbers.
 */
public final class DataPipeline {
    /** Part of every cache key: goes up whenever the same row would give other ids, or the file another layout. */
    private static final int VERSION = 2;

    private final DataSettings settings;
    private final Encoding encoding;
    private final TokenCache cache;
    private final int threads;
    private final DataProgress progress;

    private DataPipeline(
            DataSettings settings, Encoding encoding, TokenCache cache, int threads, DataProgress progress) {
        this.settings = settings;
        this.encoding = encoding;
        this.cache = cache;
        this.threads = threads;
        this.progress = progress;
    }

    /**
     * Loads all data of a run in stage sft or pt; otherwise as {@link #prepare}.
     */
    public static LoadedData load(
            DataSettings settings, Encoding encoding, TokenCache cache, int threads, DataProgress progress) {
        return prepare(settings, encoding, cache, threads, progress).loaded();
    }

    /**
     * Makes all data of a run ready for its stage.
     *
     * @param threads platform threads that tokenise, at least 1; no influence on the result
     * @throws UserError for settings that do not go together, data that cannot be read, and sets that end up empty
     */
    public static PreparedData prepare(
            DataSettings settings, Encoding encoding, TokenCache cache, int threads, DataProgress progress) {
        settings.check();
        return new DataPipeline(settings, encoding, cache, threads, progress).prepare();
    }

    private PreparedData prepare() {
        checkTemplate();
        DatasetInfo info = DatasetInfo.in(settings.datasetDir());
        List<DatasetEntry> entries = Stream.of(settings.datasets(), settings.evalDatasets())
                .flatMap(List::stream)
                .distinct()
                .map(info::entry)
                .toList();
        entries.forEach(entry -> entry.checkFor(settings.stage()));
        List<String> sources = entries.stream().map(DatasetEntry::name).toList();
        JoinedRows rows = new JoinedRows(entries.stream().map(this::tokenise).toList());
        LegacyNumpy random = new LegacyNumpy(settings.seed());
        Map<String, int[]> train = chosen(settings.datasets(), entries, rows, random);
        Map<String, int[]> held = chosen(settings.evalDatasets(), entries, rows, random);
        HoldOut.Split split = settings.valSize().split(mixed(train), settings.seed());
        return new PreparedData(
                set(Optional.empty(), "dataset", rows, sources, split.train()),
                evaluation(rows, sources, held, split.held()));
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
                        ? set(name, key, packs(rows, order), rows, sources, order)
                        : set(name, key, PlainSamples.of(rows, order), rows, sources, order);
            case PT -> set(name, key, documents(rows, order), rows, sources, order);
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

    private PackedSamples packs(EncodedRows rows, int[] order) {
        return PackedSamples.of(rows, order, batches(order), settings.effectiveCutoffLen(), settings.neatPacking());
    }

    private DocumentSamples documents(EncodedRows rows, int[] order) {
        if (settings.packs()) {
            BlockSamples blocks =
                    new BlockSamples(rows, order, batches(order), settings.effectiveCutoffLen(), encoding.bosId());
            return new DocumentSamples(blocks, blocks, encoding.pad());
        }
        PlainSamples plain = PlainSamples.of(rows, order);
        return new DocumentSamples(plain, plain, encoding.pad());
    }

    private EncodedRows tokenise(DatasetEntry entry) {
        RowFiles files = RowFiles.at(entry.source());
        // Rows drawn at random are drawn from all of them; otherwise those beyond max_samples need not be looked at.
        long limit = entry.samples().isPresent()
                ? Integer.MAX_VALUE
                : settings.maxSamples().orElse(Integer.MAX_VALUE);
        RowEncoder encoder = encoder();
        boolean answered = settings.stage() != DataSettings.Stage.PT && settings.stage() != DataSettings.Stage.PPO;
        Tokenising work = new Tokenising(entry, files, limit, encoder, answered, threads);
        return cache.rows(
                key(entry, files, limit),
                encoder.hasLabels(),
                settings.overwriteCache(),
                out -> work.into(out, progress));
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
                        settings.packs() ? Integer.MAX_VALUE : cutoffLen);
        };
    }

    /** Everything that the ids of a data set depend on. */
    private String key(DatasetEntry entry, RowFiles files, long limit) {
        MessageDigest hash = Sha256.start();
        String facts = String.join(
                "\n",
                "lathe tokens " + VERSION,
                encoder().getClass().getSimpleName() + " packs="
                        + (settings.stage() == DataSettings.Stage.PT && settings.packs()),
                "cutoff " + settings.effectiveCutoffLen(),
                "prompt " + settings.trainOnPrompt() + " history " + settings.maskHistory(),
                "limit " + limit,
                "type " + files.type(),
                "format " + entry.format(),
                "encoding " + encoding.identity(),
                "tools " + (entry.format().offersTools() ? encoding.turns().toolsIdentity() : ""));
        hash.update(facts.getBytes(StandardCharsets.UTF_8));
        files.digest(hash);
        return HexFormat.of().formatHex(hash.digest());
    }
}
