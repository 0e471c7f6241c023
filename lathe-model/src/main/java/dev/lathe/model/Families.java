package dev.lathe.model;

import dev.lathe.base.NearestNames;
import dev.lathe.base.UserError;
import java.util.ArrayList;
import java.util.List;

/** The table of model families. */
final class Families {
    /** All rows, in the order in which docs/models.md shows them. */
    static final List<Family> TABLE = table();

    private Families() {}

    /** @param origin the config's file, for errors */
    static Family of(String modelType, String origin) {
        return TABLE.stream()
                .filter(family -> family.modelType().equals(modelType))
                .findFirst()
                .orElseThrow(() -> new UserError(unknown(modelType, origin)));
    }

    private static String unknown(String modelType, String origin) {
        List<String> known = TABLE.stream().map(Family::modelType).toList();
        String nearest = NearestNames.to(modelType, known, 1).stream()
                .map(name -> " (the nearest: " + name + ")")
                .findFirst()
                .orElse("");
        return "%s: model_type %s is not there yet%s; there are %s"
                .formatted(origin, modelType.isEmpty() ? "(none)" : modelType, nearest, String.join(", ", known));
    }

    private static List<Family> table() {
        List<Family> rows = new ArrayList<>();
        rows.addAll(LlamaLikeFamilies.rows());
        rows.addAll(OtherFamilies.rows());
        rows.addAll(ExpertFamilies.rows());
        return List.copyOf(rows);
    }
}
