package dev.lathe.data;

import java.util.List;
import java.util.Optional;

/** Samples for one purpose, training or evaluation, and what became of every row on the way. Immutable. */
public final class PreparedSet {
    /**
     * A row's share of a sample.
     *
     * @param source the data set's name
     * @param row its number in the data set, from 0
     * @param tokens how many of the sample's tokens are its own
     */
    public record Part(String source, int row, int tokens) {}

    /**
     * What became of a row.
     *
     * @param source the data set's name
     * @param row its number in the data set, from 0
     * @param dropped why it is not used; empty when it is
     * @param whole tokens of the row before it was cut; of a pair those of the longer one; 0 when it is dropped
     * @param lost tokens beyond {@code cutoff_len}; of a pair those of both
     */
    public record Fate(String source, int row, Optional<DropReason> dropped, int whole, int lost) {}

    private final Optional<String> name;
    private final Samples<? extends Example> samples;
    private final RowGroups groups;
    private final JoinedRows rows;
    private final int[] order;
    private final List<String> sources;
    private final DataReport report;

    /**
     * @param name the data set's, where each is evaluated by itself
     * @param order the rows that take part
     * @param sources the name of each part of {@code rows}
     */
    <S extends Samples<? extends Example> & RowGroups> PreparedSet(
            Optional<String> name, S samples, JoinedRows rows, int[] order, List<String> sources, DataReport report) {
        this.name = name;
        this.samples = samples;
        this.groups = samples;
        this.rows = rows;
        this.order = order;
        this.sources = List.copyOf(sources);
        this.report = report;
    }

    /** The data set's, where each is evaluated by itself. */
    public Optional<String> name() {
        return name;
    }

    public DataReport report() {
        return report;
    }

    public Samples<? extends Example> samples() {
        return samples;
    }

    /** The samples as what the stage is trained on. Throws IllegalArgumentException for what another stage is. */
    @SuppressWarnings("unchecked") // the kinds are equal
    public <T extends Example> Samples<T> samples(Class<T> kind) {
        if (samples.kind() != kind) {
            throw new IllegalArgumentException("asked for %s, but holds %s"
                    .formatted(kind.getSimpleName(), samples.kind().getSimpleName()));
        }
        return (Samples<T>) samples;
    }

    /** The rows that sample {@code index} is made of, in the order of its tokens. */
    public List<Part> parts(int index) {
        return groups.pieces(index).stream()
                .map(piece -> new Part(source(piece.row()), number(piece.row()), piece.tokens()))
                .toList();
    }

    /** How many rows take part, the dropped ones included. */
    public int rows() {
        return order.length;
    }

    /** Names of all data sets that rows can come from. */
    public List<String> sources() {
        return sources;
    }

    /** What became of row {@code index} of those that take part, in their order. */
    public Fate fate(int index) {
        int row = order[index];
        int marked = rows.marks(row).whole();
        int whole = marked > 0 ? marked : rows.tokens(row) + rows.lost(row);
        return new Fate(source(row), number(row), rows.dropped(row), whole, rows.lost(row));
    }

    private String source(int row) {
        return sources.get(rows.part(row));
    }

    private int number(int row) {
        return row - rows.start(rows.part(row));
    }
}
