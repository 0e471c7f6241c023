package dev.lathe.tensor;

import dev.lathe.base.Pages;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Memory for tensors that a step makes and frees by the thousand. A general allocator asks the system for large pieces and
 * gives them back, and every page of them is cleared and faulted in anew; here they stay, side by side in one range of
 * addresses, and what is free joins its free neighbours. The piece with the lowest address that is large enough is given, so
 * that what was never needed is never touched.
 *
 * <p>May be used by several threads.
 */
final class Workspace {
    private final MemorySegment range;
    private final TreeMap<Long, Long> free = new TreeMap<>(); // from where, bytes
    private final Map<Long, Long> used = new HashMap<>();
    private long touched;
    private long inUse;

    /** @param range begins a page; from {@link Pages#reserve} */
    Workspace(MemorySegment range) {
        this.range = range;
        free.put(0L, range.byteSize());
    }

    /** The address of {@code bytes} of memory with undefined content, at the beginning of a page; empty if there is no room. */
    synchronized Optional<Long> take(long bytes) {
        long size = Math.ceilDiv(bytes, Pages.SIZE) * Pages.SIZE;
        for (Map.Entry<Long, Long> piece : free.entrySet()) {
            long rest = piece.getValue() - size;
            if (rest >= 0) {
                long at = piece.getKey();
                free.remove(at);
                if (rest > 0) {
                    free.put(at + size, rest);
                }
                used.put(at, size);
                inUse += size;
                touched = Math.max(touched, at + size);
                return Optional.of(range.address() + at);
            }
        }
        return Optional.empty();
    }

    /** @param address that {@link #take} gave */
    synchronized void give(long address) {
        long at = address - range.address();
        Long size = used.remove(at);
        if (size == null) {
            throw new IllegalArgumentException("nothing was taken at " + address);
        }
        inUse -= size;
        Map.Entry<Long, Long> below = free.lowerEntry(at);
        if (below != null && below.getKey() + below.getValue() == at) {
            at = below.getKey();
            size += below.getValue();
        }
        Long above = free.remove(at + size);
        free.put(at, above == null ? size : size + above);
    }

    /** Gives to the system what is free; it is there again when it is next needed. */
    synchronized void trim() {
        free.forEach((at, size) -> {
            long end = Math.min(at + size, touched);
            if (end > at) {
                Pages.forget(range.asSlice(at, end - at));
            }
        });
        touched = used.entrySet().stream()
                .mapToLong(piece -> piece.getKey() + piece.getValue())
                .max()
                .orElse(0);
    }

    /** Bytes from the beginning of the range to the end of what was ever used since the last {@link #trim}. */
    synchronized long touched() {
        return touched;
    }

    /** Bytes that are in use. */
    synchronized long inUse() {
        return inUse;
    }
}
