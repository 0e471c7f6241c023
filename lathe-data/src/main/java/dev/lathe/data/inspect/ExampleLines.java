package dev.lathe.data.inspect;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.lathe.base.Json;
import dev.lathe.data.Example;
import dev.lathe.data.Feedback;
import dev.lathe.data.Pair;
import dev.lathe.data.PreparedSet;
import dev.lathe.data.Prompt;
import dev.lathe.data.Sample;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/**
 * Every sample as the trainer gets it, one JSON object a line: {@code split}, {@code source}, {@code row},
 * {@code input_ids}, {@code labels}; for pairs {@code chosen_…} and {@code rejected_…}; for judged answers {@code kl_…} and
 * {@code tag}; for samples of several rows {@code segments} ([row, tokens]) and {@code position_ids} instead of {@code row},
 * and a list of names as {@code source} where these come from several data sets. For prompts {@code labels} are the ids of
 * the data's own answer.
 */
public final class ExampleLines {
    private final OutputStream out;

    /** @param out stays open */
    public ExampleLines(OutputStream out) {
        this.out = out;
    }

    /** @param split {@code train}, {@code eval}, or {@code eval_} and a data set's name */
    public void write(String split, PreparedSet set, boolean grouped) throws IOException {
        JsonGenerator json = Json.MAPPER.getFactory().createGenerator(out);
        json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        json.setRootValueSeparator(null);
        for (int i = 0; i < set.samples().size(); i++) {
            json.writeStartObject();
            json.writeStringField("split", split);
            origin(json, set.parts(i), grouped);
            example(json, set.samples().get(i), grouped);
            json.writeEndObject();
            json.writeRaw('\n');
        }
        json.flush();
    }

    private static void origin(JsonGenerator json, List<PreparedSet.Part> parts, boolean grouped) throws IOException {
        List<String> sources = parts.stream().map(PreparedSet.Part::source).toList();
        if (sources.stream().distinct().count() == 1) {
            json.writeStringField("source", sources.getFirst());
        } else {
            json.writeArrayFieldStart("source");
            for (String source : sources) {
                json.writeString(source);
            }
            json.writeEndArray();
        }
        if (!grouped) {
            json.writeNumberField("row", parts.getFirst().row());
            return;
        }
        json.writeArrayFieldStart("segments");
        for (PreparedSet.Part part : parts) {
            json.writeArray(new int[] {part.row(), part.tokens()}, 0, 2);
        }
        json.writeEndArray();
    }

    private static void example(JsonGenerator json, Example example, boolean grouped) throws IOException {
        switch (example) {
            case Sample sample -> {
                sample(json, "", sample);
                if (grouped) {
                    ints(json, "position_ids", sample.positions());
                }
            }
            case Pair(Sample chosen, Sample rejected) -> {
                sample(json, "chosen_", chosen);
                sample(json, "rejected_", rejected);
            }
            case Feedback(Sample answer, Sample mismatched, boolean desirable) -> {
                sample(json, "", answer);
                sample(json, "kl_", mismatched);
                json.writeBooleanField("tag", desirable);
            }
            case Prompt(int[] inputIds, int[] answer) -> {
                ints(json, "input_ids", inputIds);
                ints(json, "labels", answer);
            }
        }
    }

    private static void sample(JsonGenerator json, String prefix, Sample sample) throws IOException {
        ints(json, prefix + "input_ids", sample.inputIds());
        ints(json, prefix + "labels", sample.labels());
    }

    private static void ints(JsonGenerator json, String name, int[] values) throws IOException {
        json.writeFieldName(name);
        json.writeArray(values, 0, values.length);
    }
}
