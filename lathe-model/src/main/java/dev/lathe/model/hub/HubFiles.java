package dev.lathe.model.hub;

import java.nio.file.Path;
import java.util.List;
import java.util.SequencedSet;
import java.util.function.Function;

/** What a repository holds, of which nothing is fetched before it is asked for. */
public final class HubFiles {
    private final SequencedSet<String> names;
    private final Function<List<String>, List<Path>> fetch;

    HubFiles(SequencedSet<String> names, Function<List<String>, List<Path>> fetch) {
        this.names = names;
        this.fetch = fetch;
    }

    /** The names of all files, such as {@code data/train-00000-of-00001.parquet}. */
    public SequencedSet<String> names() {
        return names;
    }

    /** These files, in this order, whole and with right hashes. Throws {@link dev.lathe.base.UserError} otherwise. */
    public List<Path> fetch(List<String> wanted) {
        return fetch.apply(wanted);
    }
}
