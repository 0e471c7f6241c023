package dev.lathe.bench.measure;

import dev.lathe.tensor.Torch;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/**
 * What a number depends on besides the code: goes into every measurement.
 *
 * @param machine processor, memory, ...: facts that the program's edge knows
 * @param software versions, likewise
 */
public record Conditions(SequencedMap<String, String> machine, SequencedMap<String, String> software) {
    /** Facts by group: machine, software and the benchmark's own settings. */
    SequencedMap<String, SequencedMap<String, String>> with(Map<String, String> settings) {
        SequencedMap<String, String> versions = new LinkedHashMap<>(software);
        versions.put("commit", Checkout.find().flatMap(Checkout::commit).orElse("unknown"));
        versions.put("libtorch", libtorch());
        versions.put("kernels", Torch.kernelName());
        SequencedMap<String, SequencedMap<String, String>> groups = new LinkedHashMap<>();
        groups.put("machine", machine);
        groups.put("software", versions);
        groups.put("settings", new LinkedHashMap<>(settings));
        return groups;
    }

    private static String libtorch() {
        try {
            return Torch.version();
        } catch (IOException e) {
            return "unknown";
        }
    }
}
