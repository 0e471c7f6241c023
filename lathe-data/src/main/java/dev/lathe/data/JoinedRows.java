package dev.lathe.data;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Several sets of rows one after the other. */
final class JoinedRows implements EncodedRows {
    private final List<EncodedRows> parts;
    private final int[] starts;

    JoinedRows(List<EncodedRows> parts) {
        this.parts = List.copyOf(parts);
        this.starts = new int[parts.size() + 1];
        for (int i = 0; i < parts.size(); i++) {
            starts[i + 1] = Math.addExact(starts[i], parts.get(i).size());
        }
    }

    /** The number that row 0 of part {@code part} has here. */
    int start(int part) {
        return starts[part];
    }

    /** The part that a row belongs to. */
    int part(int row) {
        int found = Arrays.binarySearch(starts, row);
        int part = found >= 0 ? found : -found - 2;
        while (starts[part + 1] == row) { // an empty part starts where the next one does
            part++;
        }
        return part;
    }

    @Override
    public int size() {
        return starts[parts.size()];
    }

    @Override
    public Optional<DropReason> dropped(int row) {
        int part = part(row);
        return parts.get(part).dropped(row - starts[part]);
    }

    @Override
    public int tokens(int row) {
        int part = part(row);
        return parts.get(part).tokens(row - starts[part]);
    }

    @Override
    public int supervised(int row) {
        int part = part(row);
        return parts.get(part).supervised(row - starts[part]);
    }

    @Override
    public int lost(int row) {
        int part = part(row);
        return parts.get(part).lost(row - starts[part]);
    }

    @Override
    public Marks marks(int row) {
        int part = part(row);
        return parts.get(part).marks(row - starts[part]);
    }

    @Override
    public void ids(int row, int[] target, int at) {
        int part = part(row);
        parts.get(part).ids(row - starts[part], target, at);
    }

    @Override
    public void labels(int row, int[] target, int at) {
        int part = part(row);
        parts.get(part).labels(row - starts[part], target, at);
    }
}
