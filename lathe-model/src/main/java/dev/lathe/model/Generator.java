package dev.lathe.model;

import dev.lathe.base.UserError;
import dev.lathe.model.Generation.StopReason;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;

/** Writes text, one token after the other, for one stream. */
public final class Generator {
    /** Tokens of a prompt that are read at a time. */
    public static final int CHUNK = 512;

    private final Decoder decoder;
    private final int chunk;
    private final InstantSource clock;

    public Generator(Decoder decoder, InstantSource clock) {
        this(decoder, CHUNK, clock);
    }

    /** @param chunk tokens of a prompt that are read at a time */
    Generator(Decoder decoder, int chunk, InstantSource clock) {
        this.decoder = decoder;
        this.chunk = chunk;
        this.clock = clock;
    }

    /**
     * Goes on from the prompt until a stop token, a limit or an interruption.
     *
     * @param cache what it shares with the prompt is not read again; afterwards it holds the prompt and the answer but
     *     its last token
     * @param onToken is given each token as it is chosen, a stop token included
     * @param interrupted asked before each token and each part of a long prompt; true ends the answer
     * @throws UserError when the prompt has a token that the model lacks
     */
    public Generation generate(
            GenerationRequest request, KvCache cache, IntConsumer onToken, BooleanSupplier interrupted) {
        int[] prompt = request.prompt();
        requireKnown(prompt);
        WrittenText text = new WrittenText(prompt);
        Sampler sampler = new Sampler(request.sampling());
        CachedDecoder reader = new CachedDecoder(decoder, cache, chunk);
        int reused = reader.known(prompt, prompt.length);
        Instant start = clock.instant();
        Instant first = start;
        StopReason reason = StopReason.LENGTH;
        while (reason == StopReason.LENGTH && text.length() < request.end()) {
            Optional<float[]> logits = reader.logitsAfter(text.ids(), text.length(), interrupted);
            first = text.length() == prompt.length ? clock.instant() : first;
            if (logits.isEmpty()) {
                reason = StopReason.INTERRUPTED;
            } else {
                int id = sampler.choose(logits.orElseThrow(), text.seen(), text.length());
                text.append(id);
                onToken.accept(id);
                reason = request.stopIds().contains(id) ? StopReason.STOP_TOKEN : reason;
            }
        }
        return new Generation(
                text.answer(),
                reason,
                prompt.length,
                reused,
                seconds(start, first),
                seconds(first, clock.instant()),
                text.length() > decoder.spec().maxPositions());
    }

    private void requireKnown(int[] prompt) {
        int vocabulary = decoder.spec().vocabulary();
        for (int id : prompt) {
            if (id < 0 || id >= vocabulary) {
                throw new UserError(("the prompt has token %d, but the model has only %d tokens: tokenizer or template"
                                + " do not belong to this model")
                        .formatted(id, vocabulary));
            }
        }
    }

    private static double seconds(Instant from, Instant to) {
        return Math.max(0, Duration.between(from, to).toNanos() * 1e-9); // someone may set the clock back
    }
}
