package dev.lathe.tensor;

import dev.lathe.base.SystemFiles;
import dev.lathe.tensor.kernel.BlockedProduct;
import dev.lathe.tensor.kernel.Kernels;
import dev.lathe.tensor.kernel.LowRankBackward;
import dev.lathe.tensor.kernel.PackKernel;
import dev.lathe.tensor.kernel.TileProduct;
import dev.lathe.tensor.kernel.Workers;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.global.torch;

/**
 * The one place where libtorch is set up. All its calls of a run come from the thread that called {@link #start}, and from
 * the {@link Workers} that operations share their work out to. Only {@link #load} may have run on another thread before:
 * until it has ended, nobody may call libtorch.
 *
 * <p>libtorch has one pool of threads a process, set with a global function. This one stands in its place, and so belongs
 * to the process too; libtorch itself computes on the thread that calls it (docs/adr/0007).
 */
public final class Torch {
    private static final String LIMIT = "org.bytedeco.javacpp.maxPhysicalBytes";

    private static final AtomicReference<Pool> POOL = new AtomicReference<>(Pool.of(1));

    private Torch() {}

    /**
     * @param kernels which share their work out
     * @param serial the same ones, for use within a part of such work
     * @param inBlocks to be used only where there are {@link #tiles}
     */
    private record Pool(
            Workers workers, Optional<Kernels> kernels, Optional<Kernels> serial, Optional<InBlocks> inBlocks) {
        static Pool of(int threads) {
            Workers workers = new Workers(threads, Torch::prepareThread);
            Optional<Kernels> kernels = Kernels.ofHost(workers);
            return new Pool(workers, kernels, Kernels.ofHost(new Workers(1)), kernels.flatMap(any -> tiles().map(
                            tiles -> InBlocks.of(tiles, any.pack(), workers))));
        }
    }

    /** What is made of products of BF16 blocks. */
    record InBlocks(BlockedProduct product, LowRankBackward lowRankBackward) {
        static InBlocks of(TileProduct tiles, PackKernel pack, Workers workers) {
            return new InBlocks(new BlockedProduct(tiles, pack, workers), new LowRankBackward(tiles, pack, workers));
        }
    }

    /** Found when first asked for: libtorch has to be loaded for it, which not all who name this class need. */
    private static final class Tiles {
        static final Optional<TileProduct> OF_HOST = find();

        private static Optional<TileProduct> find() {
            load();
            return Brgemm.ofHost(SystemFiles.ofHost(), System.getenv());
        }
    }

    /**
     * Prepares the calling thread: {@code threads} threads inside an operation, and no autograd (the tape records
     * instead; {@link Autograd} switches it on for a single expression).
     *
     * <p>JavaCPP by itself refuses memory beyond four times Java's heap, in which weights do not lie. Unless the program
     * set a limit, or loaded JavaCPP before, there is none.
     */
    public static void start(int threads) {
        allowAllMemory();
        prepareThread();
        try (Scope scope = Scope.open()) { // for the function that this looks up anew each time
            openblas_nolapack.blas_set_num_threads(1);
        }
        setThreads(threads);
    }

    /**
     * Loads libtorch, on any thread, as long as no other uses it meanwhile: two threads that initialise its classes may wait for
     * each other for ever. Half a second, which {@link #start} need not take then.
     */
    public static void load() {
        allowAllMemory();
        Loader.load(torch.class);
    }

    private static void allowAllMemory() {
        if (System.getProperty(LIMIT) == null) {
            System.setProperty(LIMIT, "0");
        }
    }

    private static synchronized void setThreads(int threads) {
        if (threads() != threads) {
            workers().close();
            POOL.set(Pool.of(threads));
        }
    }

    /** Blocks of BF16 matrices, where this host multiplies them faster than libtorch does as a whole. */
    static Optional<TileProduct> tiles() {
        return Tiles.OF_HOST;
    }

    /** Whether products in BF16 are prepared once for all numbers of rows: elsewhere each new one costs time and memory. */
    public static boolean takesAnyRows() {
        return tiles().isPresent();
    }

    /** Products of matrices of this type by {@link #tiles}. */
    static Optional<InBlocks> inBlocks(DType dtype) {
        return pool().inBlocks().filter(any -> dtype == DType.BF16 && tiles().isPresent());
    }

    private static Pool pool() {
        return Objects.requireNonNull(POOL.get());
    }

    private static void prepareThread() {
        torch.set_num_threads(1);
        GradMode.set_enabled(false);
    }

    /** Threads that one operation uses. */
    public static int threads() {
        return workers().threads();
    }

    /** The threads that operations share their work out to; for those of other rooms. */
    public static Workers workers() {
        return pool().workers();
    }

    /** Kernels for tensors of this type; without them operations are sequences of libtorch's. */
    static Optional<Kernels> kernels(DType dtype) {
        return suited(pool().kernels(), dtype);
    }

    /** The same for use within a part of a job of {@link #workers}. */
    static Optional<Kernels> serialKernels(DType dtype) {
        return suited(pool().serial(), dtype);
    }

    /** Which kind of kernels operations use: results of two kinds may differ in the last bit. */
    public static String kernelName() {
        return pool().kernels()
                .map(kernels -> kernels.name() + (tiles().isPresent() ? " with brgemm" : ""))
                .orElse("libtorch");
    }

    private static Optional<Kernels> suited(Optional<Kernels> kernels, DType dtype) {
        return kernels.filter(any -> dtype == DType.F32 || dtype == DType.BF16);
    }

    /** Version of libtorch and of its presets, such as {@code 2.10.0-1.5.13}. */
    public static String version() throws java.io.IOException {
        return Loader.getVersion("org.bytedeco", "pytorch");
    }
}
