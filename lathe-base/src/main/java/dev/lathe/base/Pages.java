package dev.lathe.base;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import java.util.Optional;

/** What can be asked of Linux about pages of memory; elsewhere nothing happens. */
public final class Pages {
    /** Bytes of the smallest page on the machines that Lathe runs on; what is said to the system goes by these. */
    public static final long SIZE = 4096;

    private static final int MADV_WILLNEED = 3;
    private static final int MADV_DONTNEED = 4;
    private static final int MADV_HUGEPAGE = 14;
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_PRIVATE_ANONYMOUS_NORESERVE = 0x2 | 0x20 | 0x4000;

    private static final Optional<MethodHandle> MADVISE = find(
            "madvise",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));
    private static final Optional<MethodHandle> MMAP = find(
            "mmap",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG,
                    ValueLayout.ADDRESS,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG));

    private Pages() {}

    private static Optional<MethodHandle> find(String name, FunctionDescriptor descriptor) {
        return Linker.nativeLinker()
                .defaultLookup()
                .find(name)
                .filter(symbol ->
                        System.getProperty("os.name").toLowerCase(Locale.ROOT).equals("linux"))
                .map(symbol -> Linker.nativeLinker().downcallHandle(symbol, descriptor));
    }

    /**
     * The process's memory no longer counts these pages. What was mapped from a file is read again when it is touched again,
     * what was not is zero then. The memory's first byte begins a page.
     */
    public static void forget(MemorySegment memory) {
        advise(memory, MADV_DONTNEED);
    }

    /** What was mapped from a file will be touched soon: the system may begin to read it. The memory may begin anywhere. */
    public static void expect(MemorySegment memory) {
        long ahead = memory.address() % SIZE;
        advise(MemorySegment.ofAddress(memory.address() - ahead).reinterpret(ahead + memory.byteSize()), MADV_WILLNEED);
    }

    /**
     * Addresses that nobody else gets, of which the system gives memory to those that are touched, and in large pages where
     * it can; never given back. Empty where the system does not do that.
     *
     * @param bytes more than there is memory is allowed
     */
    public static Optional<MemorySegment> reserve(long bytes) {
        if (MMAP.isEmpty()) {
            return Optional.empty();
        }
        try {
            long address = (long) MMAP.get()
                    .invokeExact(MemorySegment.NULL, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS_NORESERVE, -1, 0L);
            if (address == -1) {
                return Optional.empty();
            }
            MemorySegment memory = MemorySegment.ofAddress(address).reinterpret(bytes);
            advise(memory, MADV_HUGEPAGE);
            return Optional.of(memory);
        } catch (Throwable e) {
            throw new IllegalStateException("mmap cannot be called", e);
        }
    }

    /** It is advice: when it is not taken, nothing is lost but memory or time. */
    private static void advise(MemorySegment memory, int advice) {
        if (MADVISE.isEmpty() || memory.byteSize() == 0) {
            return;
        }
        try {
            int ignored = (int) MADVISE.get().invokeExact(memory, memory.byteSize(), advice);
        } catch (Throwable e) {
            throw new IllegalStateException("madvise cannot be called", e);
        }
    }
}
