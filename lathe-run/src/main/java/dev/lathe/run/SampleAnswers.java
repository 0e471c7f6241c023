package dev.lathe.run;

import dev.lathe.data.Sample;
import dev.lathe.data.TokenizedData;
import dev.lathe.model.Decoder;
import dev.lathe.model.Generation;
import dev.lathe.model.GenerationRequest;
import dev.lathe.model.Generator;
import dev.lathe.model.Sampling;
import dev.lathe.text.ChatEncoder;
import dev.lathe.text.Message;
import dev.lathe.text.Role;
import java.util.ArrayList;
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

    /**
     * A question of the data.
     *
     * @param expected what follows it there
     */
    @SuppressWarnings("ArrayRecordComponent") // made for one list, never compared
    private record Question(int[] prompt, int[] expected) {}

    /** @param when heads the list: "Before training" */
    void show(String when, Decoder decoder) {
        host.say(when + ":");
        List<Question> questions = questions();
        List<GenerationRequest> requests = questions.stream()
                .map(question -> new GenerationRequest(
                        question.prompt(), LONGEST, Integer.MAX_VALUE, encoder.stopIds(), Sampling.GREEDY))
                .toList();
        List<Generation> answers =
                new Generator(decoder, host.clock()).generateAll(requests, (request, id) -> {}, host.interrupted());
        for (int i = 0; i < questions.size(); i++) {
            host.say("  question  " + oneLine(question(decoded(questions.get(i).prompt()))));
            host.say("  answer    " + line(answers.get(i).ids()));
            host.say("  expected  " + line(questions.get(i).expected()));
        }
    }

    private List<Question> questions() {
        List<Question> questions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Sample sample = data.get(i);
            int length = questionLength(sample);
            if (length > 0 && length < sample.tokens()) {
                questions.add(new Question(
                        Arrays.copyOf(sample.inputIds(), length),
                        Arrays.copyOfRange(sample.inputIds(), length, sample.tokens())));
            }
        }
        return questions;
    }

    /** Tokens before the first answer. */
    private static int questionLength(Sample sample) {
        return IntStream.range(0, sample.tokens())
                .filter(i -> sample.labels()[i] != Sample.IGNORED)
                .findFirst()
                .orElse(sample.tokens());
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
