package dev.lathe.tensor;

import dev.lathe.base.SystemFiles;
import dev.lathe.tensor.kernel.TileProduct;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * oneDNN's microkernels for blocks of a matrix product ("batch-reduce GEMM", brgemm), as libtorch offers them to its own
 * operations: {@code at::native::cpublas::brgemm}. They compile one kernel a shape and thread, some 0.2 ms and 40 KB, and then
 * run at the speed of the unit: 1.7 to 2.5 TFLOP/s on a Sapphire Rapids core, where libtorch's products of matrices reach 0.7.
 *
 * <p>Called without JavaCPP, which has no name for them and whose calls cost more. An exception of C++ would end the process,
 * so whatever could raise one is asked here before.
 */
final class Brgemm implements TileProduct {
    /** Of {@code flags} in {@code /proc/cpuinfo}: processors that multiply BF16. */
    private static final List<String> UNITS = List.of("amx_bf16", "avx512_bf16");

    /** What keeps oneDNN from using all that a processor has. */
    private static final List<String> LIMITS = List.of("ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA");

    private static final String MULTIPLY = "_ZN2at6native7cpublas6brgemmEllllllbPKN3c108BFloat16ES5_Pfb";
    private static final String RELEASE = "_ZN2at6native7cpublas14brgemm_releaseEb";

    /** Only where both are: constants, for then a call costs some nanoseconds. */
    private static final class Calls {
        private static final MemoryLayout NUMBER = ValueLayout.JAVA_LONG; // addresses too
        private static final MemoryLayout FLAG = ValueLayout.JAVA_BOOLEAN;

        /** rows, columns, inner, strides of a, b and sums, whether to add, a, b, sums, whether b is in pairs */
        static final MethodHandle MULTIPLY = find(
                Brgemm.MULTIPLY,
                FunctionDescriptor.ofVoid(
                        NUMBER, NUMBER, NUMBER, NUMBER, NUMBER, NUMBER, FLAG, NUMBER, NUMBER, NUMBER, FLAG));

        /** whether b was in pairs */
        static final MethodHandle RELEASE = find(Brgemm.RELEASE, FunctionDescriptor.ofVoid(FLAG));

        private static MethodHandle find(String name, FunctionDescriptor descriptor) {
            return Linker.nativeLinker()
                    .downcallHandle(SymbolLookup.loaderLookup().find(name).orElseThrow(), descriptor);
        }
    }

    /** To be called only where {@link #ofHost} finds it. */
    Brgemm() {}

    /** Empty where the processor has no products of BF16, or libtorch does not offer them. libtorch must have been loaded. */
    static Optional<TileProduct> ofHost(SystemFiles files, Map<String, String> environment) {
        boolean unit = files.lines("proc/cpuinfo").stream()
                .filter(line -> line.startsWith("flags"))
                .findFirst()
                .map(flags -> List.of(flags.split("\\s+")))
                .filter(flags -> UNITS.stream().anyMatch(flags::contains))
                .isPresent();
        SymbolLookup loaded = SymbolLookup.loaderLookup();
        return unit
                        && LIMITS.stream().noneMatch(environment::containsKey)
                        && loaded.find(MULTIPLY).isPresent()
                        && loaded.find(RELEASE).isPresent()
                ? Optional.of(new Brgemm())
                : Optional.empty();
    }

    @Override
    public void multiply(Shape shape, long a, long b, long sums, boolean add) {
        try {
            Calls.MULTIPLY.invokeExact(
                    shape.rows(),
                    shape.columns(),
                    shape.inner(),
                    shape.aStride(),
                    shape.bStride(),
                    shape.sumStride(),
                    add,
                    a,
                    b,
                    sums,
                    true);
        } catch (Throwable e) {
            throw new IllegalStateException("brgemm cannot be called", e);
        }
    }

    @Override
    public void release() {
        try {
            Calls.RELEASE.invokeExact(true);
        } catch (Throwable e) {
            throw new IllegalStateException("brgemm cannot be called", e);
        }
    }
}
