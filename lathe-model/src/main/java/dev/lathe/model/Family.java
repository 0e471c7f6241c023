package dev.lathe.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import java.util.EnumSet;
import java.util.Set;

/**
 * A row of the table of model families: what a {@code model_type} means beyond its config's own keys.
 *
 * @param models that carry this {@code model_type}, for people
 * @param example hub name of the smallest public one
 * @param defaults what transformers takes for a key that the config leaves out
 * @param compared whether reference values of transformers are a test here
 */
record Family(
        String modelType,
        String models,
        String example,
        Names names,
        Set<Trait> traits,
        ObjectNode defaults,
        boolean compared) {
    /** A row that is as Llama until it says otherwise. */
    static Family named(String modelType, String models) {
        return new Family(modelType, models, "", Names.llama(), Set.of(), Json.object(), false);
    }

    /** Another family with the same names, traits and defaults. */
    static Family like(Family other, String modelType, String models) {
        return new Family(modelType, models, "", other.names, other.traits, other.defaults, false);
    }

    boolean is(Trait trait) {
        return traits.contains(trait);
    }

    Family traits(Trait... added) {
        Set<Trait> all = EnumSet.noneOf(Trait.class);
        all.addAll(traits);
        all.addAll(Set.of(added));
        return new Family(modelType, models, example, names, Set.copyOf(all), defaults, compared);
    }

    Family without(Trait trait) {
        Set<Trait> all = EnumSet.copyOf(traits);
        all.remove(trait);
        return new Family(modelType, models, example, names, Set.copyOf(all), defaults, compared);
    }

    Family name(Slot slot, String name) {
        return new Family(modelType, models, example, names.with(slot, name), traits, defaults, compared);
    }

    Family unnamed(Slot... slots) {
        return new Family(modelType, models, example, names.without(slots), traits, defaults, compared);
    }

    /** An MLP of two products without a gate. */
    Family plainMlp(String up, String down) {
        return traits(Trait.PLAIN_MLP).unnamed(Slot.GATE).name(Slot.UP, up).name(Slot.DOWN, down);
    }

    /** GPT-2's names of everything around attention and MLP. */
    Family gptNames() {
        return name(Slot.EMBEDDING, "transformer.wte")
                .name(Slot.LAYERS, "transformer.h.")
                .name(Slot.FINAL_NORM, "transformer.ln_f")
                .name(Slot.ATTENTION_IN, "ln_1")
                .name(Slot.MLP_IN, "ln_2");
    }

    Family missing(String key, Object value) {
        ObjectNode changed = defaults.deepCopy();
        changed.putPOJO(key, value);
        return new Family(
                modelType, models, example, names, traits, (ObjectNode) Json.parse(changed.toString(), key), compared);
    }

    Family smallest(String hubName) {
        return new Family(modelType, models, hubName, names, traits, defaults, compared);
    }

    /** Its logits, losses and gradients are compared with the reference's. */
    Family withGolden() {
        return new Family(modelType, models, example, names, traits, defaults, true);
    }
}
