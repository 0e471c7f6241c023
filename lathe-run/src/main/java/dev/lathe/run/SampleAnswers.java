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
import dev.lathe.text.Message;
import dev.lathe.text.Role;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** {@code sample_answers}: what the model says to the first questions of the evaluation data, before and after. */
final class SampleAnswers {
    private static final int LONGEST = 64;

    /** Stands for a question, to see what the template puts around one. */
    private static final String MARK = "qxq";

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
                host.say("  question  " + oneLine(question(decoded(prompt))));
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

    /** What the user said last: the prompt without the words that the template puts around it. */
    private String question(String prompt) {
        String[] around = decoded(encoder.prompt(List.of(new Message(Role.USER, MARK)), "", ""))
                .split(MARK, 2);
        if (around.length < 2) {
            return prompt; // a tokenizer that does not know the mark
        }
        int end = prompt.endsWith(around[1]) ? prompt.length() - around[1].length() : prompt.length();
        String before = around[0].strip();
        int start = before.isEmpty() ? -1 : prompt.lastIndexOf(before, end - 1);
        return prompt.substring(start < 0 ? 0 : Math.min(end, start + before.length()), end);
    }

    private String line(int[] ids) {
        return oneLine(decoded(ids));
    }

    private String decoded(int[] ids) {
        return encoder.tokenizer().decode(ids, true);
    }

    private static String oneLine(String text) {
        return text.strip().replaceAll("\\s*\\R\\s*", " / ");
    }
}
