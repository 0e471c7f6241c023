package dev.lathe.run;

import dev.lathe.model.hub.HubProgress;
import java.util.Locale;

/** A download as lines: one for the whole, and one a file for every tenth of it. */
final class DownloadLines implements HubProgress {
    private static final int PARTS = 10;

    private final Host host;
    private String file = "";
    private long shown;

    DownloadLines(Host host) {
        this.host = host;
    }

    @Override
    public void planned(String repo, int files, long bytes) {
        host.say(String.format(Locale.ROOT, "Fetching %s: %d files, %.1f MB", repo, files, bytes / 1e6));
    }

    @Override
    public void progressed(String name, long done, long size) {
        if (!name.equals(file)) {
            file = name;
            shown = 0;
        }
        long part = size == 0 ? PARTS : done * PARTS / size;
        if (part > shown) {
            shown = part;
            host.say(String.format(Locale.ROOT, "  %s: %.1f of %.1f MB", name, done / 1e6, size / 1e6));
        }
    }

    @Override
    public void notice(String message) {
        host.say(message);
    }
}
