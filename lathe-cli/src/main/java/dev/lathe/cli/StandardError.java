package dev.lathe.cli;

import dev.lathe.base.SystemFiles;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The launcher starts Java with a standard error that swallows one warning of the JVM's, and leaves the real one under
 * the number that LATHE_STDERR names. Everything after the start, of Java and of native libraries, belongs on the real
 * one again: through the detour, output would lag behind and no longer count as a terminal's.
 */
final class StandardError {
    private static final int STDERR = 2;

    private StandardError() {}

    static void restore(Map<String, String> environment) {
        OptionalLong kept = SystemFiles.parse(environment.getOrDefault("LATHE_STDERR", ""));
        if (kept.isPresent()) {
            Linker linker = Linker.nativeLinker();
            linker.defaultLookup().find("dup2").ifPresent(dup2 -> {
                var call = linker.downcallHandle(
                        dup2, FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
                try {
                    int ignored = (int) call.invokeExact((int) kept.getAsLong(), STDERR);
                } catch (Throwable e) {
                    throw new IllegalStateException("dup2 cannot be called", e);
                }
            });
        }
    }
}
