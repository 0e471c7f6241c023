package dev.lathe.model.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Makes symbolic links, where the system lets one. */
@FunctionalInterface
interface Links {
    void create(Path link, Path target) throws IOException;

    static Links real() {
        return (link, target) -> Files.createSymbolicLink(link, target);
    }
}
