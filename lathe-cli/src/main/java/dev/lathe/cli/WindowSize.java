package dev.lathe.cli;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.OptionalInt;

/** How wide a terminal is, asked of the system each time, because windows change: ioctl's TIOCGWINSZ, tty(4). */
final class WindowSize {
    private static final FunctionDescriptor IOCTL = FunctionDescriptor.of(
            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS);

    private final MethodHandle ioctl;
    private final long request;

    private WindowSize(MethodHandle ioctl, long request) {
        this.ioctl = ioctl;
        this.request = request;
    }

    /** @param system as {@code os.name} has it; empty for one that cannot be asked */
    static Optional<WindowSize> on(String system) {
        long request = system.startsWith("Linux") ? 0x5413 : system.startsWith("Mac") ? 0x40087468 : 0;
        if (request == 0) {
            return Optional.empty();
        }
        Linker linker = Linker.nativeLinker();
        return linker.defaultLookup()
                .find("ioctl")
                .map(function -> linker.downcallHandle(function, IOCTL, Linker.Option.firstVariadicArg(2)))
                .map(function -> new WindowSize(function, request));
    }

    /** Empty when the file (1 is standard output) is no terminal, or one that does not tell. */
    OptionalInt columns(int file) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment size = arena.allocate(8, 2); // struct winsize: rows, columns and two more, 16 bits each
            int failed = (int) ioctl.invokeExact(file, request, size);
            int columns = Short.toUnsignedInt(size.get(ValueLayout.JAVA_SHORT, 2));
            return failed == 0 && columns > 0 ? OptionalInt.of(columns) : OptionalInt.empty();
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
