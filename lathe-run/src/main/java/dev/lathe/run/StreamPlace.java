package dev.lathe.run;

import dev.lathe.base.SafeFiles;
import dev.lathe.data.DataReport;
import dev.lathe.data.LoadedData;
import dev.lathe.data.StreamPosition;
import dev.lathe.data.StreamedSamples;
import dev.lathe.train.Artifact;
import dev.lathe.train.Progress;
import java.nio.file.Path;
import java.util.Optional;

/** The place in streamed data, as a checkpoint keeps it: {@code lathe_stream.json}. */
record StreamPlace(StreamedSamples samples) implements Artifact {
    private static final String FILE = "lathe_stream.json";

    /** Empty for data that is not streamed, whose place the step's number tells. */
    static Optional<StreamPlace> of(LoadedData data) {
        return data.train().samples() instanceof StreamedSamples samples
                ? Optional.of(new StreamPlace(samples))
                : Optional.empty();
    }

    @Override
    public void write(Path folder, SafeFiles files, Progress progress) {
        files.writeText(folder.resolve(FILE), samples.position().json());
    }

    void restore(Path checkpoint) {
        samples.resume(StreamPosition.read(checkpoint.resolve(FILE)));
    }

    /** What became of the rows that were read, when there were any. */
    Optional<String> summary() {
        return samples.report().map(DataReport::summary);
    }
}
