package dev.lathe.train;

import java.util.Locale;
import java.util.regex.Pattern;

/** Which parameters decay: all but biases and norms, told by name as Hugging Face's Trainer does. */
final class DecayGroups {
    private static final Pattern NO_DECAY =
            Pattern.compile("bias|layernorm|rmsnorm|(?:^|\\.)norm(?:$|\\.)|_norm(?:$|\\.)");

    private DecayGroups() {}

    static boolean decays(String name) {
        return !NO_DECAY.matcher(name.toLowerCase(Locale.ROOT)).find();
    }
}
