package dev.lathe.data;

import java.util.List;
import java.util.OptionalInt;

/** Samples of stage pt: every token is trained, the padding token excepted, even where it is also the end of a text. */
record DocumentSamples(TokenizedData samples, RowGroups documents, OptionalInt pad)
        implements TokenizedData, RowGroups {
    static int[] labels(int[] ids, OptionalInt pad) {
        int[] labels = ids.clone();
        if (pad.isPresent()) {
            for (int i = 0; i < labels.length; i++) {
                labels[i] = labels[i] == pad.getAsInt() ? Sample.IGNORED : labels[i];
            }
        }
        return labels;
    }

    @Override
    public int size() {
        return samples.size();
    }

    @Override
    public Sample get(int index) {
        Sample sample = samples.get(index);
        return new Sample(sample.inputIds(), labels(sample.inputIds(), pad), sample.positions(), sample.segments());
    }

    @Override
    public int tokens(int index) {
        return samples.tokens(index);
    }

    @Override
    public List<Piece> pieces(int index) {
        return documents.pieces(index);
    }
}
