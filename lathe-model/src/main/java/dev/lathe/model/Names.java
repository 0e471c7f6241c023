package dev.lathe.model;

import java.util.EnumMap;
import java.util.Map;

/** What a family's checkpoints call the parts of a decoder. Which slots have a name also says what its blocks are made of. */
record Names(Map<Slot, String> names) {
    Names {
        names = Map.copyOf(names);
    }

    /** As Llama's checkpoints, whose words most others took up. */
    static Names llama() {
        return new Names(Map.of())
                .with(Slot.EMBEDDING, "model.embed_tokens")
                .with(Slot.FINAL_NORM, "model.norm")
                .with(Slot.HEAD, "lm_head")
                .with(Slot.LAYERS, "model.layers.")
                .with(Slot.ATTENTION_IN, "input_layernorm")
                .with(Slot.MLP_IN, "post_attention_layernorm")
                .with(Slot.QUERY, "self_attn.q_proj")
                .with(Slot.KEY, "self_attn.k_proj")
                .with(Slot.VALUE, "self_attn.v_proj")
                .with(Slot.OUTPUT, "self_attn.o_proj")
                .with(Slot.QUERY_NORM, "self_attn.q_norm")
                .with(Slot.KEY_NORM, "self_attn.k_norm")
                .with(Slot.GATE, "mlp.gate_proj")
                .with(Slot.UP, "mlp.up_proj")
                .with(Slot.DOWN, "mlp.down_proj")
                .with(Slot.ROUTER, "mlp.gate")
                .with(Slot.EXPERTS, "mlp.experts.")
                .with(Slot.EXPERT_GATE, "gate_proj")
                .with(Slot.EXPERT_UP, "up_proj")
                .with(Slot.EXPERT_DOWN, "down_proj");
    }

    Names with(Slot slot, String name) {
        Map<Slot, String> changed = new EnumMap<>(Slot.class);
        changed.putAll(names);
        changed.put(slot, name);
        return new Names(changed);
    }

    Names without(Slot... slots) {
        Map<Slot, String> changed = new EnumMap<>(Slot.class);
        changed.putAll(names);
        for (Slot slot : slots) {
            changed.remove(slot);
        }
        return new Names(changed);
    }

    boolean has(Slot slot) {
        return names.containsKey(slot);
    }

    /** Throws {@link IllegalArgumentException} for a slot that the family does not have. */
    String of(Slot slot) {
        String name = names.get(slot);
        if (name == null) {
            throw new IllegalArgumentException("this family has no " + slot);
        }
        return name;
    }

    /** The full name of a part of a layer. */
    String of(int layer, Slot slot) {
        return of(Slot.LAYERS) + layer + "." + of(slot);
    }
}
