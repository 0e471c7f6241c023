package dev.lathe.run;

import dev.lathe.data.Sample;
import dev.lathe.data.TokenizedData;
import dev.lathe.model.Decoder;
import dev.lathe.model.Generation;
import dev.lathe.model.GenerationRequest;
import dev.lathe.model.Generator;
import dev.lathe.model.KvCache;
import dev.lathe.model.Sampling;
import dev.lathe.text.ChatEncoder;
import java.util.Arrays;
import java.util.stream.IntStream;

/** {@code sample_answers}: what the model says to the first questions of the evaluation data, before and after. */
final class SampleAnswers {
    private static final int LONGEST = 64;

    private final Host host;
    private final ChatEncoder encoder;
    private final TokenizedData data;
    private final int count;

    SampleAnswers(Host host, ChatEncoder encoder, TokenizedData data, int count) {
        this.host = host;
        this.encoder = encoder;
        this.data = data;
        this.count = Math.min(count, data.size());
    }

    /** @param when heads the list: "Before training" */
    void show(String when, Decoder decoder) {
        host.say(when + ":");
        for (int i = 0; i < count; i++) {
            Sample sample = data.get(i);
            int question = questionLength(sample);
            if (question > 0 && question < sample.tokens()) {
                int[] prompt = Arrays.copyOf(sample.inputIds(), question);
                int[] expected = Arrays.copyOfRange(sample.inputIds(), question, sample.tokens());
                host.say("  question  " + line(prompt));
                host.say("  answer    " + line(answer(decoder, prompt)));
                host.say("  expected  " + line(expected));
            }
        }
    }

    /** Tokens before the first answer. */
    private static int questionLength(Sample sample) {
        return IntStream.range(0, sample.tokens())
                .filter(i -> sample.labels()[i] != Sample.IGNORED)
                .findFirst()
                .orElse(sample.tokens());
    }

    private int[] answer(Decoder decoder, int[] prompt) {
        try (KvCache cache = KvCache.of(decoder.spec())) {
            GenerationRequest request =
                    new GenerationRequest(prompt, LONGEST, Integer.MAX_VALUE, encoder.stopIds(), Sampling.GREEDY);
            Generation generation =
                    new Generator(decoder, host.clock()).generate(request, cache, id -> {}, host.interrupted());
            return generation.ids();
        }
    }

    private String line(int[] ids) {
        return encoder.tokenizer().decode(ids, true).strip().replaceAll("\\s*\\R\\s*", " / ");
    }
}
