package dev.lathe.run.config;

import java.nio.file.Path;

/**
 * How a merged model is written.
 *
 * @param shardBytes largest weight file, in bytes
 * @param legacyFormat the old weight format was asked for
 * @param base what adapters are merged into
 */
public record ExportConfig(Path folder, long shardBytes, boolean legacyFormat, MergeBase base) {
    private static final long GIGABYTE = 1_000_000_000L;

    static ExportConfig of(Settings s) {
        return new ExportConfig(
                Path.of(s.text("export_dir")),
                s.whole("export_size") * GIGABYTE,
                s.flag("export_legacy_format"),
                MergeBase.of(s));
    }
}
