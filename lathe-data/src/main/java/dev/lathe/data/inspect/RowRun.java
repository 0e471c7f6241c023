package dev.lathe.data.inspect;

import dev.lathe.data.Sample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A row's own tokens in a sequence. */
@SuppressWarnings("ArrayRecordComponent") // read once, never compared
record RowRun(int[] ids, int[] labels) {
    /** Runs of tokens that are trained, each {from, to}: the answers. */
    List<int[]> answers() {
        List<int[]> runs = new ArrayList<>();
        int from = -1;
        for (int i = 0; i <= labels.length; i++) {
            boolean trained = i < labels.length && labels[i] != Sample.IGNORED;
            if (trained && from < 0) {
                from = i;
            } else if (!trained && from >= 0) {
                runs.add(new int[] {from, i});
                from = -1;
            }
        }
        return runs;
    }

    int[] between(int[] run) {
        return Arrays.copyOfRange(ids, run[0], run[1]);
    }

    RowRun slice(int from, int to) {
        return new RowRun(Arrays.copyOfRange(ids, from, to), Arrays.copyOfRange(labels, from, to));
    }

    /** A number that equal ids and labels share, and others hardly ever. */
    long fingerprint() {
        return mixed(mixed(0x9e3779b97f4a7c15L, ids, ids.length), labels, labels.length);
    }

    /** The same of what comes before the last answer. */
    long questionFingerprint() {
        List<int[]> answers = answers();
        return mixed(0x632be59bd9b4e019L, ids, answers.isEmpty() ? ids.length : answers.getLast()[0]);
    }

    private static long mixed(long hash, int[] values, int count) {
        long mixed = hash;
        for (int i = 0; i < count; i++) {
            mixed = (mixed ^ values[i]) * 0xff51afd7ed558ccdL;
            mixed ^= mixed >>> 32;
        }
        return mixed;
    }
}
