package dev.lathe.bench.measure;

import java.util.Arrays;
import java.util.Optional;

/** What a training thread spends its time on. */
enum Kind {
    GEMM("products of the linear layers"),
    HEAD_GEMM("products of the head"),
    ATTENTION("attention"),
    NORM("norms and residuals"),
    ACTIVATION("activations"),
    ROPE("rotary embedding"),
    LOSS("loss"),
    LORA("low-rank factors"),
    OPTIMIZER("optimizer"),
    DATA("data"),
    OTHER("everything else");

    private final String words;

    Kind(String words) {
        this.words = words;
    }

    String words() {
        return words;
    }

    static Optional<Kind> of(String name) {
        return Arrays.stream(values())
                .filter(kind -> kind.name().equalsIgnoreCase(name))
                .findFirst();
    }
}
