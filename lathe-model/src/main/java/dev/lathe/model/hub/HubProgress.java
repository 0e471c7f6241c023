package dev.lathe.model.hub;

/** Hears how a download gets on. Called by the thread that downloads, often: so it should be quick. */
public interface HubProgress {
    /** Before the first byte: what has to be fetched. {@code bytes} counts what is not there yet. */
    void planned(String repo, int files, long bytes);

    /** How much of a file is there; called at its start, about once a megabyte, and when it is whole. */
    void progressed(String file, long done, long size);

    /** Something that the user should know but need not act on. */
    void notice(String message);

    /** Says nothing. */
    static HubProgress silent() {
        return new HubProgress() {
            @Override
            public void planned(String repo, int files, long bytes) {}

            @Override
            public void progressed(String file, long done, long size) {}

            @Override
            public void notice(String message) {}
        };
    }
}
