package dev.lathe.train;

import java.util.regex.Pattern;

/**
 * What PEFT calls an adapter's tensors: the base's name of a tensor that is trained whole, and the name of its module with
 * {@code lora_A} [rank, in] or {@code lora_B} [out, rank], all behind {@code base_model.model.}
 */
final class PeftNames {
    private static final String BASE = "base_model.model.";
    private static final String DOWN = ".lora_A.weight";
    private static final String UP = ".lora_B.weight";
    private static final Pattern FACTOR = Pattern.compile("\\.lora_[AB]\\.weight$");

    private PeftNames() {}

    /** @param tensor the base's name of it */
    static String whole(String tensor) {
        return BASE + tensor;
    }

    /** @param module whose factor A it is */
    static String down(String module) {
        return BASE + module + DOWN;
    }

    /** @param module whose factor B it is */
    static String up(String module) {
        return BASE + module + UP;
    }

    static boolean isUp(String name) {
        return name.endsWith(UP);
    }

    /** The base's tensor that an adapter's stands for, or is added to. */
    static String ofBase(String name) {
        String own = name.startsWith(BASE) ? name.substring(BASE.length()) : name;
        return FACTOR.matcher(own).replaceFirst(".weight");
    }
}
