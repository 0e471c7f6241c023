package dev.lathe.data;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The rows of several data sets, one after the other, and which of them a run uses.
 *
 * @param digests what stands for the content of each data set's files
 */
record TokenizedSets(DataSettings settings, List<DatasetEntry> entries, JoinedRows rows, List<byte[]> digests) {
    /**
     * Tokenises data sets, or takes their rows from the cache.
     *
     * @param threads platform threads, at least 1
     */
    record Maker(StageSamples stage, TokenCache cache, int threads, DataProgress progress) {
        /** Part of every cache key: goes up whenever the same row would give other ids, or the file another layout. */
        private static final int VERSION = 3;

        TokenizedSets of(List<DatasetEntry> entries) {
            List<EncodedRows> rows = new ArrayList<>();
            List<byte[]> digests = new ArrayList<>();
            for (DatasetEntry entry : entries) {
                RowFiles files = entry.files().get();
                byte[] content = files.digest();
                digests.add(content);
                rows.add(rows(entry, files, content));
            }
            return new TokenizedSets(stage.settings(), entries, new JoinedRows(rows), digests);
        }

        private EncodedRows rows(DatasetEntry entry, RowFiles files, byte[] content) {
            DataSettings settings = stage.settings();
            // Rows drawn at random are drawn from all of them; otherwise those beyond max_samples need not be looked
            // at.
            long limit = entry.samples().isPresent()
                    ? entry.split().reach()
                    : Math.min(entry.split().reach(), wanted(entry));
            RowEncoder encoder = stage.encoder();
            Tokenising work = new Tokenising(entry, files, limit, encoder, stage.answered(), threads);
            return cache.rows(
                    key(entry, files, content, limit),
                    encoder.hasLabels(),
                    settings.overwriteCache(),
                    out -> work.into(out, progress));
        }

        /** Rows from the first on that max_samples leaves, where they are counted from the first. */
        private int wanted(DatasetEntry entry) {
            return entry.split().isWhole()
                    ? stage.settings().maxSamples().orElse(Integer.MAX_VALUE)
                    : Integer.MAX_VALUE;
        }

        /** Everything that the ids of a data set depend on. */
        private String key(DatasetEntry entry, RowFiles files, byte[] content, long limit) {
            DataSettings settings = stage.settings();
            Encoding encoding = stage.encoding();
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

    /** The data sets' names. */
    List<String> sources() {
        return entries.stream().map(DatasetEntry::name).toList();
    }

    /**
     * The rows of each of these data sets that take part. A name that comes twice draws twice, as in the reference.
     *
     * @param random used up by data sets with {@code num_samples}
     */
    Map<String, int[]> chosen(List<String> names, LegacyNumpy random) {
        Map<String, int[]> chosen = new LinkedHashMap<>();
        for (String name : names) {
            for (int part = 0; part < entries.size(); part++) {
                if (entries.get(part).name().equals(name)) {
                    chosen.put(name, chosen(part, random));
                }
            }
        }
        return chosen;
    }

    private int[] chosen(int part, LegacyNumpy random) {
        int start = rows.start(part);
        int size = rows.start(part + 1) - start;
        DatasetEntry entry = entries.get(part);
        int[] taken = entry.split().rows(size);
        int[] chosen = Orders.ascending(taken.length);
        if (entry.samples().isPresent() && taken.length > 0) {
            int wanted = entry.samples().getAsInt();
            chosen = Arrays.copyOf(random.permutation(taken.length), Math.min(wanted, taken.length));
            chosen = Orders.concat(chosen, random.choice(taken.length, wanted - chosen.length));
        }
        return Arrays.stream(chosen)
                .map(row -> taken[row])
                .limit(settings.maxSamples().orElse(Integer.MAX_VALUE))
                .map(row -> start + row)
                .toArray();
    }

    /** Stands for the content of these data sets. */
    String identity(List<String> names) {
        MessageDigest hash = Sha256.start();
        for (int part = 0; part < entries.size(); part++) {
            if (names.contains(entries.get(part).name())) {
                hash.update(digests.get(part));
                if (!entries.get(part).split().isWhole()) {
                    hash.update(entries.get(part).split().written().getBytes(StandardCharsets.UTF_8));
                }
            }
        }
        return HexFormat.of().formatHex(hash.digest(), 0, 8);
    }
}
