package dev.lathe.base;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** Finds the reference numbers and models that are too large for the repository; a test that lacks them is skipped. */
public final class Reference {
    private Reference() {}

    /** A file or folder below the reference folder: LATHE_REFERENCE, or {@code shared} beside the checkout. */
    public static Path file(String relative) {
        Optional<Path> found = root().map(root -> root.resolve(relative)).filter(Files::exists);
        Assumptions.assumeTrue(
                found.isPresent(),
                "skipped: " + relative + " is not there; set LATHE_REFERENCE to the reference folder");
        return found.orElseThrow();
    }

    /** A file or folder of the fetched real model and tokenizers: LATHE_REFERENCE_MODELS, or the cache folder. */
    public static Path model(String relative) {
        Path root = Optional.ofNullable(System.getenv("LATHE_REFERENCE_MODELS"))
                .map(Path::of)
                .orElseGet(() -> Path.of(System.getProperty("user.home"), ".cache", "lathe-reference-models"));
        Path found = root.resolve(relative);
        Assumptions.assumeTrue(
                Files.exists(found),
                "skipped: " + found + " is not there; run the reference folder's fetch-reference-models");
        return found;
    }

    /** The root of the checkout that the tests run in. */
    public static Path checkout() {
        return above().orElseThrow(() -> new IllegalStateException("not in a checkout: no .mvn above"));
    }

    private static Optional<Path> root() {
        return Optional.ofNullable(System.getenv("LATHE_REFERENCE"))
                .map(Path::of)
                .or(() -> above().map(Path::getParent).map(beside -> beside.resolve("shared")));
    }

    private static Optional<Path> above() {
        Path here = Path.of("").toAbsolutePath();
        while (here != null && !Files.isDirectory(here.resolve(".mvn"))) {
            here = here.getParent();
        }
        return Optional.ofNullable(here);
    }
}
