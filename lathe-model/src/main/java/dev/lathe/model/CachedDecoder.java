package dev.lathe.model;

import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tape;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * A model that remembers what it has read. Its law: the logits are those of reading the whole text anew, whatever the
 * cache held before.
 *
 * <p>Where the rope depends on the length of the text, a step to other frequencies empties the cache: from the second
 * layer on its keys and values come from tokens that looked at each other under the old ones, so rotating keys anew would
 * not do (docs/adr/0003). LongRoPE steps once in a text; dynamic scaling steps with every token beyond the trained
 * length, each of which then costs a reading.
 */
final class CachedDecoder {
    private final Decoder decoder;
    private final KvCache cache;
    private final int chunk;

    /** @param chunk tokens read at a time, which bounds the memory that reading takes */
    CachedDecoder(Decoder decoder, KvCache cache, int chunk) {
        this.decoder = decoder;
        this.cache = cache;
        this.chunk = chunk;
    }

    /**
     * Reads what the cache lacks of the first {@code length} tokens of {@code text}, at least the last one.
     *
     * @return logits of the token that follows, [vocabulary]; empty if interrupted
     */
    Optional<float[]> logitsAfter(int[] text, int length, BooleanSupplier interrupted) {
        cache.truncate(known(text, length));
        while (!interrupted.getAsBoolean()) {
            int end = Math.min(cache.length() + chunk, length);
            Optional<float[]> logits = read(Arrays.copyOfRange(text, cache.length(), end), length);
            if (logits.isPresent()) {
                return logits;
            }
        }
        return Optional.empty();
    }

    /** How many tokens at the start of the text need not be read. */
    int known(int[] text, int length) {
        boolean alike = decoder.spec().rope().rotatesAlike(cache.rotatedFor(), length);
        return alike ? Math.min(cache.shared(text, length), length - 1) : 0;
    }

    /** @return logits after the last of {@code ids} if it is the text's last token */
    private Optional<float[]> read(int[] ids, int length) {
        int from = cache.length();
        int[] positions = IntStream.range(from, from + ids.length).toArray();
        try (Scope scope = Scope.open()) {
            CachedPass pass = new CachedPass(Tape.off(), decoder.spec().rope().at(positions, length), cache);
            Tensor hidden = decoder.hidden(pass, Tensors.indices(ids)); // [ids, hidden]
            cache.advance(ids, length);
            return cache.length() < length
                    ? Optional.empty()
                    : Optional.of(
                            decoder.logits(hidden.narrow(0, ids.length - 1, 1)).toFloats());
        }
    }
}
