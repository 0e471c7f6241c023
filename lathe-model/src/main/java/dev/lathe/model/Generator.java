package dev.lathe.model;

import dev.lathe.base.UserError;
import dev.lathe.model.Generation.StopReason;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;

/**
 * Writes texts, one token after the other: a single one, or many at once, which costs little more until their
 * arithmetic, and not the reading of the weights, is what takes the time.
 */
public final class Generator {
    /** Texts that are written at once: with more of them a token takes longer, and nothing is won. */
    public static final int AT_ONCE = 32;

    /** Tokens of a prompt that are read at a time. */
    public static final int CHUNK = 512;

    private final Decoder decoder;
    private final int chunk;
    private final InstantSource clock;

    public Generator(Decoder decoder, InstantSource clock) {
        this(decoder, CHUNK, clock);
    }

    /** @param chunk tokens of prompts that are read at a time */
    Generator(Decoder decoder, int chunk, InstantSource clock) {
        this.decoder = decoder;
        this.chunk = chunk;
        this.clock = clock;
    }

    /** Is given each token as it is chosen, a stop token included. */
    @FunctionalInterface
    public interface Listener {
        /** @param request index of the request in the list */
        void written(int request, int id);
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
        requireKnown(request.prompt());
        CachedDecoder reader = new CachedDecoder(decoder, chunk, 1);
        WritingStream stream =
                new WritingStream(0, request, cache, decoder.spec().maxPositions(), reader, clock.instant());
        write(reader, new ArrayList<>(List.of(stream)), (index, id) -> onToken.accept(id), interrupted);
        return stream.generation(clock.instant());
    }

    /**
     * Goes on from each prompt as {@link #generate} would from it alone, with {@value #AT_ONCE} of them at a time: one
     * that ends makes place for the next. Every answer has its own position, stops, limits and seed.
     *
     * @param interrupted asked before each round of tokens and each part of prompts; true ends all answers
     * @return in the order of the requests
     * @throws UserError when a prompt has a token that the model lacks
     */
    public List<Generation> generateAll(
            List<GenerationRequest> requests, Listener onToken, BooleanSupplier interrupted) {
        return generateAll(requests, AT_ONCE, onToken, interrupted);
    }

    /** @param atOnce how many of them at a time, at least 1 */
    public List<Generation> generateAll(
            List<GenerationRequest> requests, int atOnce, Listener onToken, BooleanSupplier interrupted) {
        requests.forEach(request -> requireKnown(request.prompt()));
        CachedDecoder reader = new CachedDecoder(decoder, chunk, Math.min(atOnce, requests.size()));
        List<Optional<Generation>> written = new ArrayList<>();
        Deque<Integer> waiting = new ArrayDeque<>();
        for (int i = 0; i < requests.size(); i++) {
            written.add(Optional.empty());
            waiting.add(i);
        }
        List<WritingStream> streams = new ArrayList<>();
        try {
            boolean goesOn = true;
            while (goesOn && !(streams.isEmpty() && waiting.isEmpty())) {
                while (streams.size() < atOnce && !waiting.isEmpty()) {
                    int index = waiting.remove();
                    KvCache cache = KvCache.of(decoder.spec());
                    streams.add(new WritingStream(
                            index, requests.get(index), cache, decoder.spec().maxPositions(), reader, clock.instant()));
                }
                goesOn = step(reader, streams, onToken, interrupted);
                for (WritingStream stream : leaving(streams, goesOn)) {
                    written.set(stream.index(), Optional.of(stream.generation(clock.instant())));
                    stream.cache().close();
                }
            }
        } finally {
            streams.forEach(stream -> stream.cache().close());
        }
        List<Generation> all = new ArrayList<>();
        for (int i = 0; i < requests.size(); i++) {
            int index = i;
            all.add(written.get(i).orElseGet(() -> Generation.never(requests.get(index))));
        }
        return all;
    }

    private void write(
            CachedDecoder reader, List<WritingStream> streams, Listener onToken, BooleanSupplier interrupted) {
        boolean goesOn = true;
        while (goesOn && !streams.isEmpty()) {
            goesOn = step(reader, streams, onToken, interrupted);
            leaving(streams, goesOn);
        }
    }

    /** Takes those out that have ended, or all when nobody waits for them any more. */
    private static List<WritingStream> leaving(List<WritingStream> streams, boolean goesOn) {
        List<WritingStream> leaving =
                streams.stream().filter(stream -> !goesOn || stream.hasEnded()).toList();
        streams.removeAll(leaving);
        return leaving;
    }

    /** One more token for each that has not ended; returns false when interrupted. */
    private boolean step(
            CachedDecoder reader, List<WritingStream> streams, Listener onToken, BooleanSupplier interrupted) {
        List<WritingStream> going =
                streams.stream().filter(stream -> !stream.hasEnded()).toList();
        if (going.isEmpty()) {
            return true;
        }
        Optional<List<float[]>> logits =
                reader.logitsAfter(going.stream().map(WritingStream::text).toList(), interrupted);
        for (int i = 0; i < going.size(); i++) {
            WritingStream stream = going.get(i);
            if (logits.isEmpty()) {
                stream.end(StopReason.INTERRUPTED);
            } else {
                onToken.written(
                        stream.index(), stream.write(logits.orElseThrow().get(i), clock.instant()));
            }
        }
        return logits.isPresent();
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
}
