package dev.lathe.run;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.model.TokenScores;
import dev.lathe.run.config.Configuration;
import dev.lathe.run.config.ScoreRun;
import dev.lathe.tensor.NativeMemory;
import dev.lathe.tensor.Torch;
import dev.lathe.text.Tokenizer;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * {@code lathe score}: what a model thinks of a text, token by token, for comparing a model before and after something
 * was done to it. An adapter stays beside its base, as in training.
 */
public final class Scoring {
    /**
     * @param top how many of the likeliest tokens to show at each position, 0 or more
     * @param json an object a line, for scripts, instead of a table
     */
    public record Format(int top, boolean json) {}

    private final Host host;
    private final Configuration configuration;
    private final Format format;
    private final PrintWriter results;

    /** @param results where the scores go; everything else is told to the host */
    public Scoring(Host host, Configuration configuration, Format format, PrintWriter results) {
        this.host = host;
        this.configuration = configuration;
        this.format = format;
        this.results = results;
    }

    /** Scores text after text; each is shown as soon as it is done. */
    public void run(ScoreInput input) {
        configuration.notices().forEach(notice -> host.say("Notice: " + notice));
        ScoreRun run = ScoreRun.of(configuration);
        Torch.start(host.threads());
        ModelChoice choice = ModelChoice.of(host, run.model(), run.trained());
        choice.untrained().ifPresent(why -> host.say("Notice: %s. Scoring %s itself".formatted(why, choice.name())));
        try (InferenceModel model = open(choice, run)) {
            Tokenizer tokenizer = model.model().tokenizer();
            ScoreInput.each(input, tokenizer, model.model().spec().vocabulary(), ids -> {
                TokenScores scores = NativeMemory.during(
                        "scoring %d tokens".formatted(ids.length),
                        LessMemory.SCORING,
                        () -> TokenScores.of(model.decoder(), ids, format.top()));
                results.print(format.json() ? json(ids, scores) : table(ids, scores, tokenizer));
                results.flush();
            });
        }
    }

    private static InferenceModel open(ModelChoice choice, ScoreRun run) {
        return switch (run.weights()) {
            case STORED -> InferenceModel.open(choice, run.format(), InferenceModel.LastAdapter.BESIDE);
            case INT8 -> InferenceModel.answering(choice, run.format(), run.weights());
        };
    }

    /** {@code ids}; {@code logprobs} of each id after the first; {@code logsumexp} and {@code top} ([id, logit]) at each. */
    private static String json(int[] ids, TokenScores scores) {
        ObjectNode line = Json.object();
        ArrayNode written = line.putArray("ids");
        for (int id : ids) {
            written.add(id);
        }
        put(line.putArray("logprobs"), scores.logProbabilities());
        put(line.putArray("logsumexp"), scores.logSumExp());
        ArrayNode top = line.putArray("top");
        for (List<TokenScores.Candidate> position : scores.top()) {
            ArrayNode candidates = top.addArray();
            position.forEach(
                    candidate -> candidates.addArray().add(candidate.id()).add(rounded(candidate.logit())));
        }
        return Json.compact(line) + "\n";
    }

    private static void put(ArrayNode array, double[] values) {
        for (double value : values) {
            array.add(rounded(value));
        }
    }

    /** float32 has no more to say. */
    private static double rounded(double value) {
        return Math.rint(value * 1e6) / 1e6;
    }

    private static String table(int[] ids, TokenScores scores, Tokenizer tokenizer) {
        StringBuilder table = new StringBuilder("%8s %7s  %-20s %9s %9s  %s%n"
                .formatted("position", "id", "token", "logprob", "logsumexp", "likeliest next (logit)"));
        double[] logProbabilities = scores.logProbabilities();
        for (int i = 0; i < ids.length; i++) {
            String logProbability = i == 0 ? "" : String.format(Locale.ROOT, "%.4f", logProbabilities[i - 1]);
            String next = scores.top().get(i).stream()
                    .map(candidate -> String.format(
                            Locale.ROOT, "%s (%.2f)", shown(candidate.id(), tokenizer), candidate.logit()))
                    .collect(Collectors.joining(" "));
            table.append(String.format(
                    Locale.ROOT,
                    "%8d %7d  %-20s %9s %9.4f  %s%n",
                    i,
                    ids[i],
                    shown(ids[i], tokenizer),
                    logProbability,
                    scores.logSumExp()[i],
                    next));
        }
        return table.append(mean(ids.length, scores)).toString();
    }

    private static String mean(int tokens, TokenScores scores) {
        if (tokens == 1) {
            return "a text of one token has no token to predict%n%n".formatted();
        }
        return String.format(
                Locale.ROOT,
                "mean logprob of %d tokens %.6f, perplexity %.4f%n%n",
                tokens - 1,
                -scores.meanLoss(),
                Math.exp(scores.meanLoss()));
    }

    private static String shown(int id, Tokenizer tokenizer) {
        String token = tokenizer.tokenOf(id);
        return token.isEmpty() ? "#" + id : token.replace("\n", "\\n").replace("\t", "\\t");
    }
}
