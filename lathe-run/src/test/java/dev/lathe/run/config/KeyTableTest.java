package dev.lathe.run.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lathe.base.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The table against the tables of the reference's description. */
class KeyTableTest {
    private static final Pattern HEADING = Pattern.compile("### 2\\.(\\d+) .*");
    private static final Pattern ROW = Pattern.compile("\\| `([a-z0-9_A-Z]+)` \\| .* \\| `(.*)` \\|");
    private static final Pattern RARE = Pattern.compile("`([a-z0-9_]+)`=('[^']*'|[^,. ]+)");
    /** Fields the reference computes; nobody can set them. */
    private static final Set<String> COMPUTED =
            Set.of("compute_dtype", "device_map", "model_max_length", "block_diag_attn");

    private final KeyTable table = KeyTable.load();

    @Test
    void holdsEveryKeyOfTheReferenceWithItsDefault() throws IOException {
        Described described = described();
        assertThat(described.own).hasSize(233);
        // 105 and 32 listed; the 138th field of the reference is computed (the number of GPUs) and cannot be set.
        assertThat(described.inherited).hasSize(137);
        assertThat(described.defaults)
                .allSatisfy((name, value) ->
                        assertThat(table.get(name).standard().shown()).as(name).isEqualTo(asYaml(value)));
    }

    @Test
    void holdsNothingElse() throws IOException {
        Set<String> known = new HashSet<>(described().defaults.keySet());
        known.addAll(Set.of(
                "sample_answers", // Lathe's own
                "gguf_weights",
                "infer_weights",
                "int8_activations",
                "quantize_embedding",
                "stream_weights",
                "memory_budget",
                "merge_base",
                "use_cache",
                "dataloader_in_order",
                "train_sampling_strategy",
                "ddp_static_graph",
                "enable_jit_checkpoint"));
        assertThat(table.keys().keySet()).containsExactlyInAnyOrderElementsOf(known);
    }

    @Test
    void everyKeyWithoutEffectSaysWhyAndEveryMissingOneWhatWorks() {
        assertThat(table.all()).allSatisfy(key -> assertThat(key.why().isEmpty())
                .as(key.name())
                .isEqualTo(key.status() == Key.Status.HONOURED
                        && key.type().later().isEmpty()));
        assertThat(table.all()).allSatisfy(key -> assertThat(key.what()).isNotBlank());
    }

    @Test
    void noDefaultIsRefused() {
        assertThat(table.all())
                .filteredOn(key -> key.status() != Key.Status.NEVER_YET)
                .allSatisfy(key ->
                        assertThat(key.refuses(key.standard())).as(key.name()).isFalse());
    }

    /** Python's way to write a default, in YAML's. */
    private static String asYaml(String python) {
        if (python.startsWith("'")) {
            return python.substring(1, python.length() - 1);
        }
        if (python.contains(" * ")) {
            String[] factors = python.split(" \\* ");
            return Integer.toString(Integer.parseInt(factors[0]) * Integer.parseInt(factors[1]));
        }
        return switch (python) {
            case "None", "(required)" -> "null";
            case "True" -> "true";
            case "False" -> "false";
            case "list()" -> "";
            case "default_optim" -> "adamw_torch_fused";
            case "DownloadMode.REUSE_DATASET_IF_EXISTS" -> "reuse_dataset_if_exists";
            default -> YamlScalars.read(python).shown();
        };
    }

    private record Described(Set<String> own, Set<String> inherited, Map<String, String> defaults) {}

    private static Described described() throws IOException {
        Described found = new Described(new HashSet<>(), new HashSet<>(), new LinkedHashMap<>());
        int section = 0;
        List<String> lines = Files.readAllLines(Reference.file("reference/llamafactory.md"));
        int tables = 0;
        for (String line : lines) {
            Matcher heading = HEADING.matcher(line);
            if (heading.matches()) {
                section = Integer.parseInt(heading.group(1));
            }
            if (section == 15) {
                return found;
            }
            if (section == 14 && line.startsWith("| key |")) {
                tables++;
            }
            Matcher row = ROW.matcher(line);
            if (section > 0 && row.matches() && !COMPUTED.contains(row.group(1))) {
                found.defaults.putIfAbsent(row.group(1), row.group(2));
                if (section == 9) {
                    found.inherited.add(row.group(1));
                } else if (section < 14 || tables == 1) {
                    found.own.add(row.group(1));
                }
            }
            if (line.startsWith("Other HF keys")) {
                Matcher rare = RARE.matcher(line);
                while (rare.find()) {
                    found.inherited.add(rare.group(1));
                    found.defaults.putIfAbsent(rare.group(1), rare.group(2));
                }
            }
        }
        throw new AssertionError("the description has no section 2.15");
    }
}
