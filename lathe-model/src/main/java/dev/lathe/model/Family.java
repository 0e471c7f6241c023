package dev.lathe.model;

import dev.lathe.base.UserError;
import java.util.List;

/**
 * A row of the table of model families: what a {@code model_type} means beyond its config's own keys.
 *
 * @param tiedByDefault whether the head is the embedding table when the config does not say
 */
record Family(String modelType, boolean tiedByDefault) {
    private static final List<Family> TABLE = List.of(new Family("llama", false));

    static Family of(String modelType, String origin) {
        return TABLE.stream()
                .filter(family -> family.modelType().equals(modelType))
                .findFirst()
                .orElseThrow(() -> new UserError("%s: model_type %s is not there yet; there is %s"
                        .formatted(
                                origin,
                                modelType.isEmpty() ? "(none)" : modelType,
                                String.join(
                                        ", ",
                                        TABLE.stream().map(Family::modelType).toList()))));
    }
}
