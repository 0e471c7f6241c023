package dev.lathe.tensor;

import dev.lathe.base.Pages;
import java.util.Optional;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.PointerConsumer;
import org.bytedeco.pytorch.global.torch;

/**
 * Where new tensors lie: large ones in the process's {@link Workspace}, small ones, and all where the system has no such
 * thing, in libtorch's own memory, which it takes from the C library.
 */
final class TensorMemory {
    /** Bytes from which on the C library's memory costs more than ours. */
    private static final long LARGE = 64 << 10;

    /** More than any machine has memory; what is not touched costs nothing. */
    private static final long ADDRESSES = 1L << 40;

    private static final Optional<Workspace> WORKSPACE =
            Pages.reserve(ADDRESSES).map(Workspace::new);

    /** libtorch calls it with the address when the last view of a tensor is gone, on whichever thread that happens. */
    private static final PointerConsumer GIVE = new PointerConsumer() {
        @Override
        public void call(Pointer memory) {
            WORKSPACE.orElseThrow().give(memory.address());
        }
    };

    static {
        GIVE.retainReference(); // or the scope in which the first tensor is made would free it
    }

    private TensorMemory() {}

    static final class Address extends Pointer {
        Address(long address) {
            super((Pointer) null);
            this.address = address;
        }
    }

    static Optional<Workspace> workspace() {
        return WORKSPACE;
    }

    /** Memory whose content is undefined. */
    static org.bytedeco.pytorch.Tensor empty(DType dtype, long... shape) {
        long bytes = dtype.bytes();
        for (long size : shape) {
            bytes *= size;
        }
        if (bytes >= LARGE && WORKSPACE.isPresent()) {
            Optional<Long> address = WORKSPACE.get().take(bytes);
            if (address.isPresent()) {
                return torch.from_blob(
                        new Address(address.get()), shape, GIVE, DTypes.options(dtype), new DeviceOptional());
            }
        }
        return torch.empty(shape, DTypes.options(dtype), new MemoryFormatOptional());
    }
}
