package dev.lathe.tensor;

import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.global.torch;

/** The one place where libtorch is set up. All its calls of a run come from the thread that called {@link #start}. */
public final class Torch {
    private static final String LIMIT = "org.bytedeco.javacpp.maxPhysicalBytes";

    private Torch() {}

    /**
     * Prepares the calling thread: {@code threads} threads inside an operation, and no autograd (the tape records
     * instead; {@link Autograd} switches it on for a single expression).
     *
     * <p>JavaCPP by itself refuses memory beyond four times Java's heap, in which weights do not lie. Unless the program
     * set a limit, or loaded JavaCPP before, there is none.
     */
    public static void start(int threads) {
        if (System.getProperty(LIMIT) == null) {
            System.setProperty(LIMIT, "0");
        }
        torch.set_num_threads(threads);
        GradMode.set_enabled(false);
    }

    /** Threads that one operation uses. */
    public static int threads() {
        return torch.get_num_threads();
    }

    /** Version of libtorch and of its presets, such as {@code 2.10.0-1.5.13}. */
    public static String version() throws java.io.IOException {
        return Loader.getVersion("org.bytedeco", "pytorch");
    }
}
