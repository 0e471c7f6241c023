package dev.lathe.run.config;

import java.util.List;
import java.util.stream.Stream;

/**
 * What combines with what. The conditions are the reference's, less those of things it alone has, plus those it misses.
 * All are looked at before any weight is read.
 */
final class Rules {
    private Rules() {}

    static List<Rule> all() {
        return Stream.of(
                        ModelRules.ALL,
                        DataRules.ALL,
                        MethodRules.ALL,
                        PreferenceRules.ALL,
                        TrainingRules.ALL,
                        UnusedRules.ALL)
                .flatMap(List::stream)
                .toList();
    }
}
