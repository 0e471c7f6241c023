package dev.lathe.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lathe.base.MadePage;
import dev.lathe.base.Reference;
import dev.lathe.base.TinyFamilies;
import dev.lathe.tensor.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The table of families in docs/models.md is the one in the code, and each has its example. */
class FamiliesPageTest {
    private static final String BEGIN = "<!-- families: made by FamiliesPageTest -->\n";
    private static final String END = "<!-- /families -->\n";
    private static final Map<Trait, String> WORDS = Map.ofEntries(
            Map.entry(Trait.LAYER_NORM, "layer norms"),
            Map.entry(Trait.QK_NORM, "normed queries and keys"),
            Map.entry(Trait.QK_NORM_WHOLE, "normed queries and keys"),
            Map.entry(Trait.MULTIPLIERS, "multipliers"),
            Map.entry(Trait.SCALED_EMBEDDING, "scaled embeddings"),
            Map.entry(Trait.PARALLEL, "parallel"),
            Map.entry(Trait.WINDOW, "window"),
            Map.entry(Trait.ROPE_WITHIN_WINDOW, "layers without positions"),
            Map.entry(Trait.ALIBI, "ALiBi"),
            Map.entry(Trait.SINKS, "sinks"),
            Map.entry(Trait.LATENT, "latent attention"),
            Map.entry(Trait.EXPERTS, "experts"),
            Map.entry(Trait.TRANSPOSED, "learned positions"));

    @Test
    void theTableIsUpToDate() throws IOException {
        Torch.start(1);
        new MadePage("docs/models.md", FamiliesPageTest.class).hasBetween(BEGIN, END, table());
    }

    @Test
    void everyFamilyHasItsExample() throws IOException {
        for (Family family : Families.TABLE) {
            Path example = Reference.checkout().resolve("examples/families/" + family.modelType() + ".yaml");
            assertThat(example).exists();
            assertThat(Files.readString(example)).contains("\nmodel_name_or_path: " + family.example() + "\n");
        }
    }

    private static String table() {
        StringBuilder table = new StringBuilder();
        table.append(
                "| `model_type` | models | beside Llama's | `lora_target: all` | numbers |\n|---|---|---|---|---|\n");
        for (Family family : Families.TABLE) {
            table.append("| `%s` | %s; [example](../examples/families/%s.yaml) | %s | %s | %s |\n"
                    .formatted(
                            family.modelType(),
                            family.models(),
                            family.modelType(),
                            beside(family),
                            linears(family),
                            family.compared() ? "compared" : "not compared"));
        }
        table.append("\n"
                + "*compared*: logits, losses, router values, every tensor's gradient and greedy text equal those"
                + " of\n"
                + "transformers 5.6 on a tiny random model. *not compared*: written from the published"
                + " configuration; gradients\n"
                + "are tested against differences, sizes against published models', saving and loading against"
                + " each other.\n");
        return table.toString();
    }

    private static String beside(Family family) {
        List<String> words = new ArrayList<>();
        for (Trait trait : Trait.values()) {
            Optional.ofNullable(WORDS.get(trait))
                    .filter(word -> family.is(trait))
                    .ifPresent(words::add);
        }
        return String.join(", ", words);
    }

    private static String linears(Family family) {
        DecoderSpec spec = ConfigReader.read(TinyFamilies.config(family.modelType()), family.modelType());
        return "`" + String.join("` `", new TreeSet<>(ModelShape.of(spec).linears())) + "`";
    }
}
