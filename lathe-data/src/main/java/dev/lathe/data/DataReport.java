package dev.lathe.data;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What became of the rows of one set (training, or one evaluation set). Nothing is lost that is not counted here.
 *
 * @param rows rows chosen, after num_samples, max_samples, mixing and splitting
 * @param kept rows that are trained on
 * @param cut kept rows that lost tokens to cutoff_len
 * @param tokensCut tokens lost to cutoff_len
 * @param tokensLeftOver tokens lost at the end of a batch because they fill no block (stage pt with packing)
 * @param dropped rows not used, by reason
 * @param samples sequences for the trainer: rows, packs or blocks
 * @param tokens tokens of all samples
 * @param supervised labels of all samples that are trained, before the shift
 * @param longest tokens of the longest sample
 */
public record DataReport(
        long rows,
        long kept,
        long cut,
        long tokensCut,
        long tokensLeftOver,
        Map<DropReason, Long> dropped,
        long samples,
        long tokens,
        long supervised,
        int longest) {
    /** Nothing was read yet. */
    static final DataReport NONE = new DataReport(0, 0, 0, 0, 0, Map.of(), 0, 0, 0, 0);

    public DataReport {
        dropped = Map.copyOf(dropped);
    }

    static DataReport of(EncodedRows rows, int[] order, Samples<? extends Example> samples) {
        Map<DropReason, Long> dropped = new EnumMap<>(DropReason.class);
        long kept = 0;
        long cut = 0;
        long tokensCut = 0;
        long tokensKept = 0;
        long supervised = 0;
        for (int row : order) {
            rows.dropped(row).ifPresent(reason -> dropped.merge(reason, 1L, Long::sum));
            kept += rows.dropped(row).isPresent() ? 0 : 1;
            cut += rows.lost(row) > 0 ? 1 : 0;
            tokensCut += rows.lost(row);
            tokensKept += rows.tokens(row);
            supervised += rows.supervised(row);
        }
        long tokens = 0;
        int longest = 0;
        for (int i = 0; i < samples.size(); i++) {
            tokens += samples.tokens(i);
            longest = Math.max(longest, samples.tokens(i));
        }
        long leftOver = 0;
        if (samples instanceof TokenizedData data) {
            leftOver = tokensKept - tokens;
            supervised = leftOver == 0 ? supervised : supervised(data);
        }
        return new DataReport(
                order.length, kept, cut, tokensCut, leftOver, dropped, samples.size(), tokens, supervised, longest);
    }

    /** Blocks leave tokens over, and the rows cannot tell which of them are trained. */
    private static long supervised(TokenizedData samples) {
        long supervised = 0;
        for (int i = 0; i < samples.size(); i++) {
            supervised += samples.get(i).supervised();
        }
        return supervised;
    }

    /** Both together. */
    DataReport plus(DataReport other) {
        Map<DropReason, Long> all = new EnumMap<>(DropReason.class);
        all.putAll(dropped);
        other.dropped.forEach((reason, count) -> all.merge(reason, count, Long::sum));
        return new DataReport(
                rows + other.rows,
                kept + other.kept,
                cut + other.cut,
                tokensCut + other.tokensCut,
                tokensLeftOver + other.tokensLeftOver,
                all,
                samples + other.samples,
                tokens + other.tokens,
                supervised + other.supervised,
                Math.max(longest, other.longest));
    }

    /** One line for people: rows, what was dropped and why, what was cut. */
    public String summary() {
        StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%,d rows, %,d kept", rows, kept));
        if (!dropped.isEmpty()) {
            line.append(dropped.entrySet().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .map(each -> String.format(
                            Locale.ROOT,
                            "%,d %s",
                            each.getValue(),
                            each.getKey().words()))
                    .collect(Collectors.joining(", ", ", dropped: ", "")));
        }
        if (cut > 0) {
            line.append(String.format(Locale.ROOT, ", %,d cut to cutoff_len (%,d tokens lost)", cut, tokensCut));
        }
        if (tokensLeftOver > 0) {
            line.append(String.format(Locale.ROOT, ", %,d tokens left over that fill no block", tokensLeftOver));
        }
        return line.append(String.format(
                        Locale.ROOT, "; %,d samples, %,d tokens, %,d supervised", samples, tokens, supervised))
                .toString();
    }
}
