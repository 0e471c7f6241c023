package dev.lathe.model;

import dev.lathe.model.Generation.StopReason;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** A text that is being written: prompt, answer so far, cache, and when it is over. */
final class WritingStream {
    /** Tokens that a cache has room for from the start, at most; a longer text has it copied now and then. */
    private static final int ROOM = 8192;

    private final int index;
    private final GenerationRequest request;
    private final KvCache cache;
    private final WrittenText text;
    private final Sampler sampler;
    private final int maxPositions;
    private final int reused;
    private final Instant start;
    private Optional<Instant> first = Optional.empty();
    private Optional<StopReason> reason = Optional.empty();

    WritingStream(
            int index,
            GenerationRequest request,
            KvCache cache,
            int maxPositions,
            CachedDecoder reader,
            Instant start) {
        this.index = index;
        this.request = request;
        this.cache = cache;
        this.text = new WrittenText(request.prompt());
        this.sampler = new Sampler(request.sampling());
        this.maxPositions = maxPositions;
        this.reused = reader.known(text());
        this.start = start;
        cache.reserve(Math.max(request.prompt().length, Math.min(ROOM, Math.min(request.end(), maxPositions))));
        endIfFull();
    }

    int index() {
        return index;
    }

    KvCache cache() {
        return cache;
    }

    CachedDecoder.Text text() {
        return new CachedDecoder.Text(text.ids(), text.length(), cache);
    }

    boolean hasEnded() {
        return reason.isPresent();
    }

    void end(StopReason why) {
        reason = Optional.of(why);
    }

    /**
     * Chooses the next token.
     *
     * @param logits [vocabulary]
     */
    int write(float[] logits, Instant now) {
        first = first.or(() -> Optional.of(now));
        int id = sampler.choose(logits, text.seen(), text.length());
        text.append(id);
        if (request.stopIds().contains(id)) {
            end(StopReason.STOP_TOKEN);
        } else {
            endIfFull();
        }
        return id;
    }

    private void endIfFull() {
        if (text.length() >= request.end()) {
            end(StopReason.LENGTH);
        }
    }

    Generation generation(Instant now) {
        return new Generation(
                text.answer(),
                reason.orElse(StopReason.INTERRUPTED),
                request.prompt().length,
                reused,
                seconds(start, first.orElse(now)),
                seconds(first.orElse(now), now),
                text.length() > maxPositions);
    }

    private static double seconds(Instant from, Instant to) {
        return Math.max(0, Duration.between(from, to).toNanos() * 1e-9); // someone may set the clock back
    }
}
