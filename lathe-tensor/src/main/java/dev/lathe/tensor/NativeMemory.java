package dev.lathe.tensor;

import dev.lathe.base.UserError;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.Pointer;

/** The memory that tensors lie in, outside Java's heap: when it is at its end, that is no defect but the machine's size. */
public final class NativeMemory {
    /** How libtorch, C++ and the system say it. */
    private static final Pattern EXHAUSTED =
            Pattern.compile("can't allocate memory|not enough memory|std::bad_alloc|Map failed|Cannot reserve");

    private static final Pattern WANTED = Pattern.compile("tried to allocate (\\d{1,18}) bytes");

    /** JavaCPP counts the whole process and refuses more than its own limit. */
    private static final Pattern LIMITED =
            Pattern.compile("Physical memory usage is too high|Failed to allocate memory within limits");

    private static final Optional<MethodHandle> TRIM = Linker.nativeLinker()
            .defaultLookup()
            .find("malloc_trim")
            .map(symbol -> Linker.nativeLinker()
                    .downcallHandle(symbol, FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG)));

    private NativeMemory() {}

    /** Gives back to the system what is free between tensors; glibc alone would keep it. Some ms. */
    public static void trim() {
        TensorMemory.workspace().ifPresent(Workspace::trim);
        if (TRIM.isPresent()) {
            try {
                int ignored = (int) TRIM.get().invokeExact(0L);
            } catch (Throwable e) {
                throw new IllegalStateException("malloc_trim cannot be called", e);
            }
        }
    }

    /** Bytes of the large tensors that there are now; empty where they are not counted. */
    public static OptionalLong ofTensors() {
        return TensorMemory.workspace()
                .map(Workspace::inUse)
                .map(OptionalLong::of)
                .orElse(OptionalLong.empty());
    }

    /** Bytes that large tensors have taken from the system since the last {@link #trim}; empty where they are not counted. */
    public static OptionalLong touchedByTensors() {
        return TensorMemory.workspace()
                .map(Workspace::touched)
                .map(OptionalLong::of)
                .orElse(OptionalLong.empty());
    }

    /**
     * Runs {@code work}. Throws {@link UserError} when memory ends.
     *
     * @param doing what is being done, for the message: "loading the model"
     * @param remedy what needs less memory, for the message: a sentence
     */
    public static <T> T during(String doing, String remedy, Supplier<T> work) {
        try {
            return work.get();
        } catch (RuntimeException | OutOfMemoryError e) {
            String message = String.valueOf(e.getMessage());
            if (LIMITED.matcher(message).find()) {
                throw new UserError(
                        "JavaCPP allows this process %s of memory, and %s needs more. Start Java with -Dorg.bytedeco.javacpp.maxPhysicalBytes=0"
                                .formatted(gigabytes(Pointer.maxPhysicalBytes()), doing),
                        e);
            }
            if (!EXHAUSTED.matcher(message).find()) {
                throw e;
            }
            throw new UserError(
                    "Out of memory while %s%s. %s"
                            .formatted(
                                    doing,
                                    wanted(message)
                                            .map(bytes -> ": another %s is not there".formatted(gigabytes(bytes)))
                                            .orElse(""),
                                    remedy),
                    e);
        }
    }

    private static Optional<Long> wanted(String message) {
        Matcher matcher = WANTED.matcher(message);
        return matcher.find() ? Optional.of(Long.parseLong(matcher.group(1))) : Optional.empty();
    }

    private static String gigabytes(long bytes) {
        return bytes < 10_000_000
                ? String.format(Locale.ROOT, "%.3f MB", bytes / 1e6)
                : String.format(Locale.ROOT, "%.2f GB", bytes / 1e9);
    }
}
