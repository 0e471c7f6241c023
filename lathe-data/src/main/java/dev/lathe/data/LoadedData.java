package dev.lathe.data;

import java.util.List;
import java.util.Optional;

/**
 * What a run trains and is evaluated on.
 *
 * @param identity of what the files of the training data hold: another one when a byte of them is
 */
public record LoadedData(Set train, List<Set> evaluation, String identity) {
    public LoadedData {
        evaluation = List.copyOf(evaluation);
    }

    /**
     * Samples for one purpose.
     *
     * @param name the data set's, where each is evaluated by itself
     */
    public record Set(Optional<String> name, TokenizedData samples, DataReport report) {}
}
