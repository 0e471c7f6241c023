package dev.lathe.data;

import dev.lathe.base.UserError;
import java.util.List;
import java.util.Optional;

/** What a stage makes of rows: how each is encoded, and which of them share a sample. */
record StageSamples(DataSettings settings, Encoding encoding) {
    /** Throws {@link UserError} when the stage, or what is asked of it, does not go with the template or the tokenizer. */
    void check() {
        boolean endsLater = encoding.turns().efficientEos();
        if (endsLater && settings.trainOnPrompt()) {
            throw new UserError("train_on_prompt: not with a template whose answers have no end token (efficient_eos)");
        }
        boolean pretrains = settings.stage() == DataSettings.Stage.PT;
        if ((endsLater && encoding.eos().isEmpty())
                || (pretrains && encoding.documentEnd().isEmpty())) {
            throw new UserError("the tokenizer has no end-of-text token (eos_token), but %s needs one"
                    .formatted(pretrains ? "stage pt" : "the template"));
        }
    }

    /** Whether a row without an answer is of no use. */
    boolean answered() {
        return settings.stage() != DataSettings.Stage.PT && settings.stage() != DataSettings.Stage.PPO;
    }

    RowEncoder encoder() {
        int cutoffLen = settings.effectiveCutoffLen();
        return switch (settings.stage()) {
            case RM, DPO -> new PairEncoder(encoding.turns(), encoding.eos(), cutoffLen);
            case KTO -> new FeedbackEncoder(encoding.turns(), encoding.eos(), cutoffLen);
            case PPO -> new PromptEncoder(encoding.turns(), encoding.eos(), cutoffLen);
            case SFT ->
                new SupervisedEncoder(
                        encoding.turns(), encoding.eos(), cutoffLen, settings.trainOnPrompt(), settings.maskHistory());
            case PT ->
                new DocumentEncoder(
                        encoding.text(),
                        settings.packs() ? "" : encoding.documentStart(),
                        encoding.documentEnd(),
                        encoding.pad(),
                        settings.packs() ? Integer.MAX_VALUE : settings.effectiveCutoffLen());
        };
    }

    /**
     * The samples of these rows.
     *
     * @param name the data set's, where each is evaluated by itself
     * @param key which setting they come from, for errors
     * @param order the rows that take part
     * @param sources the name of each part of {@code rows}
     * @throws UserError when none is left
     */
    PreparedSet set(Optional<String> name, String key, JoinedRows rows, int[] order, List<String> sources) {
        Group group = new Group(name, key, rows, order, sources);
        List<MapBatches> batches =
                MapBatches.of(order.length, settings.preprocessingNumWorkers(), settings.preprocessingBatchSize());
        return switch (settings.stage()) {
            case SFT ->
                settings.packs() ? group.of(packs(rows, order, batches)) : group.of(PlainSamples.of(rows, order));
            case PT -> group.of(documents(rows, order, batches));
            case RM, DPO -> group.of(new PairSamples(rows, PlainSamples.kept(rows, order)));
            case PPO -> group.of(new PromptSamples(rows, PlainSamples.kept(rows, order)));
            case KTO -> group.of(FeedbackSamples.of(rows, order, batches, settings.effectiveCutoffLen()));
        };
    }

    /** Rows with a purpose. */
    private record Group(Optional<String> name, String key, JoinedRows rows, int[] order, List<String> sources) {
        <S extends Samples<? extends Example> & RowGroups> PreparedSet of(S samples) {
            DataReport report = DataReport.of(rows, order, samples);
            if (samples.size() == 0) {
                throw new UserError("%s: no sample is left: %s".formatted(key, report.summary())
                        + (report.tokensLeftOver() > 0 ? ". Lower cutoff_len, add data, or set packing: false" : ""));
            }
            return new PreparedSet(name, samples, rows, order, sources, report);
        }
    }

    /** Samples of stages sft and pt, which alone are streamed. */
    TokenizedData texts(EncodedRows rows, int[] order, List<MapBatches> batches) {
        if (settings.stage() == DataSettings.Stage.PT) {
            return documents(rows, order, batches);
        }
        return settings.packs() ? packs(rows, order, batches) : PlainSamples.of(rows, order);
    }

    private PackedSamples packs(EncodedRows rows, int[] order, List<MapBatches> batches) {
        return PackedSamples.of(rows, order, batches, settings.effectiveCutoffLen(), settings.neatPacking());
    }

    private DocumentSamples documents(EncodedRows rows, int[] order, List<MapBatches> batches) {
        if (settings.packs()) {
            BlockSamples blocks =
                    new BlockSamples(rows, order, batches, settings.effectiveCutoffLen(), encoding.bosId());
            return new DocumentSamples(blocks, blocks, encoding.pad());
        }
        PlainSamples plain = PlainSamples.of(rows, order);
        return new DocumentSamples(plain, plain, encoding.pad());
    }
}
