package dev.lathe.run.inspect;

import dev.lathe.base.UserError;
import dev.lathe.data.PreparedSet;
import java.util.ArrayList;
import java.util.List;

/**
 * Which samples somebody wants to see.
 *
 * @param wanted numbers of samples ({@code 17}), or data sets with a row's number ({@code identity:3})
 */
public record SampleChoice(List<String> wanted) {
    /** Numbers of samples, in the order asked for. Throws {@link UserError} for one that is not there. */
    public List<Integer> in(PreparedSet set) {
        List<Integer> chosen = new ArrayList<>();
        for (String each : wanted) {
            chosen.add(find(set, each.strip()));
        }
        return chosen;
    }

    private static int find(PreparedSet set, String wanted) {
        int colon = wanted.lastIndexOf(':');
        int number = number(wanted.substring(colon + 1), wanted);
        if (colon < 0) {
            if (number >= set.samples().size()) {
                throw new UserError("--sample %d: there are %s samples, numbered from 0"
                        .formatted(number, ReportText.count(set.samples().size())));
            }
            return number;
        }
        return find(set, wanted.substring(0, colon), number);
    }

    private static int find(PreparedSet set, String source, int row) {
        for (int i = 0; i < set.samples().size(); i++) {
            for (PreparedSet.Part part : set.parts(i)) {
                if (part.row() == row && part.source().equals(source)) {
                    return i;
                }
            }
        }
        for (int i = 0; i < set.rows(); i++) {
            PreparedSet.Fate fate = set.fate(i);
            if (fate.row() == row && fate.source().equals(source)) {
                throw new UserError("--sample %s:%d: that row %s"
                        .formatted(
                                source,
                                row,
                                fate.dropped()
                                        .map(reason -> "was dropped: " + reason.words())
                                        .orElse("left over: its tokens fill no block")));
            }
        }
        throw new UserError(
                "--sample %s:%d: no such row is trained on; the data sets are %s, and rows are numbered from 0"
                        .formatted(source, row, String.join(", ", set.sources())));
    }

    private static int number(String digits, String wanted) {
        if (!digits.matches("\\d{1,9}")) {
            throw new UserError(
                    "--sample %s: give a sample's number (17), or a data set with a row's number (identity:3)"
                            .formatted(wanted));
        }
        return Integer.parseInt(digits);
    }
}
