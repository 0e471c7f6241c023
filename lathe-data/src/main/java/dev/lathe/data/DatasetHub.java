package dev.lathe.data;

import dev.lathe.base.UserError;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;

/** Where data sets are had by name. The room that knows the hub's client says how. */
@FunctionalInterface
public interface DatasetHub {
    /** What a data set's repository holds; nothing of it is fetched before it is asked for. */
    interface Repository {
        /** The names of all files, such as {@code data/train-00000-of-00001.parquet}. */
        Collection<String> names();

        /** These files, in this order. */
        List<Path> fetch(List<String> names);
    }

    /**
     * Opens a repository. Throws {@link UserError} when there is none, no access, or no network.
     *
     * @param name such as {@code org/name}
     * @param revision branch, tag or commit
     */
    Repository open(String name, String revision);

    /** For those who read local files alone. */
    DatasetHub NONE = (name, revision) -> {
        throw new UserError("%s: data sets of a hub cannot be had here; name a file".formatted(name));
    };
}
