package dev.lathe.model.file;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/** What can be said to Linux about pages of mapped files; elsewhere nothing happens. */
final class Pages {
    private static final int MADV_DONTNEED = 4;
    private static final Optional<MethodHandle> MADVISE = Linker.nativeLinker()
            .defaultLookup()
            .find("madvise")
            .filter(symbol -> System.getProperty("os.name").equals("Linux"))
            .map(symbol -> Linker.nativeLinker()
                    .downcallHandle(
                            symbol,
                            FunctionDescriptor.of(
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.ADDRESS,
                                    ValueLayout.JAVA_LONG,
                                    ValueLayout.JAVA_INT)));

    private Pages() {}

    /** The process's memory no longer counts the pages of a mapped file; who touches one again reads it again. */
    static void forget(MemorySegment mapped) {
        if (MADVISE.isEmpty() || mapped.byteSize() == 0) {
            return;
        }
        try {
            // It is advice: when it is not taken, nothing is lost but memory.
            int ignored = (int) MADVISE.get().invokeExact(mapped, mapped.byteSize(), MADV_DONTNEED);
        } catch (Throwable e) {
            throw new IllegalStateException("madvise cannot be called", e);
        }
    }
}
