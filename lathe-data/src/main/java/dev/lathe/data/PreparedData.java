package dev.lathe.data;

import java.util.List;

/**
 * All data of a run, made ready for its stage, each sample with the rows it came from.
 *
 * @param identity of what the files of the training data hold: another one when a byte of them is
 */
public record PreparedData(PreparedSet train, List<PreparedSet> evaluation, String identity) {
    public PreparedData {
        evaluation = List.copyOf(evaluation);
    }

    /** For stages sft and pt. */
    LoadedData loaded() {
        return new LoadedData(
                loaded(train), evaluation.stream().map(PreparedData::loaded).toList(), identity);
    }

    static LoadedData.Set loaded(PreparedSet set) {
        if (set.samples() instanceof TokenizedData samples) {
            return new LoadedData.Set(set.name(), samples, set.report());
        }
        throw new IllegalStateException(
                "this stage is trained on " + set.samples().kind().getSimpleName());
    }
}
