package dev.lathe.data;

/** Told how tokenising goes on. Called on the thread that loads, every few hundred rows. */
@FunctionalInterface
public interface DataProgress {
    /**
     * Some more rows are tokenised.
     *
     * @param dataset the data set that is being read
     * @param rows rows done so far
     * @param bytes bytes of its files read so far
     * @param total bytes of its files
     */
    void tokenised(String dataset, long rows, long bytes, long total);

    /** Says nothing to nobody. */
    DataProgress NONE = (dataset, rows, bytes, total) -> {};
}
