package dev.lathe.train;

import dev.lathe.base.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedSet;
import java.util.TreeSet;

/**
 * {@code finetuning_type: freeze}: trains the last (or, if negative, first) few layers, or some modules of them, and
 * modules outside of layers by name. Names match anywhere within a tensor's name, as in the reference: an extra
 * {@code norm} trains every norm.
 */
public final class FreezePlan {
    private final List<String> patterns = new ArrayList<>();

    /**
     * @param layers how many, counted from the end; negative from the start
     * @param modules names within a layer, such as {@code mlp}; {@code all} for the whole layer
     * @param extra names outside of layers, such as {@code embed_tokens}
     * @param names of all tensors of the model
     */
    public FreezePlan(
            int layers, List<String> modules, List<String> extra, int modelLayers, SequencedSet<String> names) {
        if (layers == 0 || Math.abs(layers) > modelLayers) {
            throw new UserError(
                    "freeze_trainable_layers is %d, but the model has %d layers: give 1 to %d, or negative to count from the first"
                            .formatted(layers, modelLayers, modelLayers));
        }
        check("freeze_trainable_modules", modules, withinLayers(names), true);
        check("freeze_extra_modules", extra, outsideLayers(names), false);
        int first = layers > 0 ? modelLayers - layers : 0;
        int end = layers > 0 ? modelLayers : -layers;
        for (String module : modules) {
            for (int layer = first; layer < end; layer++) {
                patterns.add("." + layer + "." + (module.equals("all") ? "" : module));
            }
        }
        patterns.addAll(extra);
    }

    public boolean trains(String name) {
        String fused = name.replaceAll("experts\\.\\d+\\.", "experts."); // an expert's number is no layer's
        return patterns.stream().anyMatch(fused::contains);
    }

    private static void check(String key, List<String> asked, TreeSet<String> there, boolean all) {
        for (String module : asked) {
            if (!(all && module.equals("all")) && !there.contains(module)) {
                throw new UserError("%s: the model has no module %s there; it has %s"
                        .formatted(key, module, String.join(", ", there)));
            }
        }
    }

    private static TreeSet<String> withinLayers(SequencedSet<String> names) {
        TreeSet<String> modules = new TreeSet<>();
        for (String name : names) {
            int layer = name.indexOf(".0.");
            if (layer >= 0) {
                modules.add(name.substring(layer + 3).split("\\.", -1)[0]);
            }
        }
        return modules;
    }

    private static TreeSet<String> outsideLayers(SequencedSet<String> names) {
        TreeSet<String> modules = new TreeSet<>();
        for (String name : names) {
            String[] parts = name.split("\\.", -1);
            if (!name.matches(".*\\.\\d+\\..*") && parts.length >= 2) {
                modules.add(parts[parts.length - 2]);
            }
        }
        return modules;
    }
}
