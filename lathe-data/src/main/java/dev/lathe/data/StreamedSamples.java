package dev.lathe.data;

import dev.lathe.base.UserError;
import java.io.Closeable;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Samples of a stream, which must be asked for one after the other. Its place can be kept and found again: reading the
 * rows before it once more, which is quick because they are not tokenised, gives the very same samples.
 */
public final class StreamedSamples implements TokenizedData, Closeable {
    private final int size;
    private final Function<StreamPosition, StreamBatches> open;
    private Optional<StreamBatches> batches = Optional.empty();
    private Optional<StreamBatches.Batch> batch = Optional.empty();
    private Optional<DataReport> report = Optional.empty();
    private StreamPosition position = StreamPosition.START;
    private Optional<Sample> last = Optional.empty();
    private Consumer<Sample> watcher = sample -> {};
    private boolean fruitful; // whether the epoch has given a sample

    /** @param open the batches from the one on that the position names */
    StreamedSamples(int size, Function<StreamPosition, StreamBatches> open) {
        this.size = size;
        this.open = open;
    }

    /** Goes on behind the last sample that was used when the position was kept. */
    public void resume(StreamPosition kept) {
        close();
        batch = Optional.empty();
        last = Optional.empty();
        position = kept;
        fruitful = kept.samples() > 0;
    }

    /** Has every sample looked at before it is given away. */
    public void watch(Consumer<Sample> look) {
        watcher = look;
    }

    /** Where to resume in order to get the sample after the one that was asked for last. */
    public StreamPosition position() {
        return position;
    }

    /** What became of the rows that were read in this run; empty before the first. */
    public Optional<DataReport> report() {
        return report;
    }

    /** So many as the run will ask for. */
    @Override
    public int size() {
        return size;
    }

    /** The sample after the one that was asked for last, or that one again. */
    @Override
    public Sample get(int index) {
        if (index == position.samples() - 1 && last.isPresent()) {
            return last.get();
        }
        if (index != position.samples()) {
            throw new IllegalArgumentException(
                    "sample %d of a stream that stands at %d".formatted(index, position.samples()));
        }
        StreamBatches.Batch from = current();
        Sample sample = from.samples().get(position.taken());
        watcher.accept(sample);
        position = new StreamPosition(from.epoch(), from.rows(), position.taken() + 1, index + 1);
        fruitful = true;
        last = Optional.of(sample);
        return sample;
    }

    @Override
    public int tokens(int index) {
        return get(index).tokens();
    }

    private StreamBatches.Batch current() {
        if (batch.isEmpty()) {
            StreamBatches opened = open.apply(position);
            batches = Optional.of(opened);
            batch = Optional.of(taken(opened.next()));
            if (position.taken() > batch.get().samples().size()) {
                throw new UserError(
                        "the data has changed since the checkpoint: a batch of %d samples is where one of %d or more was"
                                .formatted(batch.get().samples().size(), position.taken()));
            }
        }
        StreamBatches.Batch found = batch.get();
        while (position.taken() == found.samples().size()) {
            requireSome(found);
            found = taken(batches.orElseThrow().next());
            batch = Optional.of(found);
            position = new StreamPosition(found.epoch(), found.rows(), 0, position.samples());
        }
        return found;
    }

    private StreamBatches.Batch taken(StreamBatches.Batch next) {
        report = Optional.of(report.map(before -> before.plus(next.report())).orElse(next.report()));
        return next;
    }

    /** An epoch without a sample would be followed by others, without end. */
    private void requireSome(StreamBatches.Batch ended) {
        if (ended.last() && !fruitful) {
            throw new UserError("dataset: no sample is left: %s"
                    .formatted(report.map(DataReport::summary).orElse("no rows")));
        }
        fruitful = fruitful && !ended.last();
    }

    @Override
    public void close() {
        batches.ifPresent(StreamBatches::close);
        batches = Optional.empty();
    }
}
