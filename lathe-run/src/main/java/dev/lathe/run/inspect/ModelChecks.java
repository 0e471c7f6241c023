package dev.lathe.run.inspect;

import dev.lathe.data.DataSettings;
import dev.lathe.data.Encoding;
import dev.lathe.data.PreparedSet;
import dev.lathe.data.inspect.Finding;
import dev.lathe.data.inspect.Finding.Place;
import dev.lathe.data.inspect.Finding.Weight;
import dev.lathe.data.inspect.Sequence;
import dev.lathe.model.UnloadedModel;
import dev.lathe.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Whether the data fit the model. */
record ModelChecks(UnloadedModel model, Tokenizer tokenizer, DataSettings settings) {
    List<Finding> of(PreparedSet set, Encoding encoding) {
        List<Finding> found = new ArrayList<>();
        int rows = model.config().path("vocab_size").asInt(0);
        if (rows > 0 && tokenizer.size() > rows) {
            strangers(set, rows, found);
        }
        int reach = model.config().path("max_position_embeddings").asInt(0);
        int longest = longest(set);
        if (reach > 0 && longest > reach) {
            found.add(new Finding(
                    Weight.WARNING,
                    "",
                    String.format(
                            Locale.ROOT,
                            "The longest sequence has %,d tokens, but the model was made for %,d",
                            longest,
                            reach),
                    List.of("set cutoff_len: %d, or stretch its positions (rope_scaling)".formatted(reach)),
                    List.of()));
        }
        boolean sameEnd = encoding.eos().isPresent() && encoding.eos().equals(encoding.pad());
        if (settings.stage() == DataSettings.Stage.PT && sameEnd) {
            found.add(new Finding(
                    Weight.NOTE,
                    "",
                    "The end of a document is not trained",
                    List.of(
                            "the end-of-text token is the padding token too, which the reference does not train; nor does Lathe"),
                    List.of()));
        }
        return found;
    }

    private static int longest(PreparedSet set) {
        int longest = 0;
        for (int i = 0; i < set.samples().size(); i++) {
            if (set.samples().tokens(i) > longest) { // of a pair both together, so this looks at few of them
                for (Sequence sequence : Sequence.of(set.samples().get(i))) {
                    longest = Math.max(longest, sequence.sample().tokens());
                }
            }
        }
        return longest;
    }

    private void strangers(PreparedSet set, int rows, List<Finding> found) {
        for (int i = 0; i < set.samples().size(); i++) {
            for (Sequence sequence : Sequence.of(set.samples().get(i))) {
                for (int id : sequence.sample().inputIds()) {
                    if (id >= rows) {
                        PreparedSet.Part part = set.parts(i).getFirst();
                        found.add(new Finding(
                                Weight.WARNING,
                                "token the model lacks",
                                String.format(
                                        Locale.ROOT,
                                        "Token %d (%s) is beyond the model's %,d embeddings",
                                        id,
                                        tokenizer.tokenOf(id),
                                        rows),
                                List.of(
                                        "training would stop; choose a template whose tokens the model knows, or set resize_vocab: true"),
                                List.of(new Place(part.source(), part.row(), i))));
                        return;
                    }
                }
            }
        }
    }
}
