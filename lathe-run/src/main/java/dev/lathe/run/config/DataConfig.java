package dev.lathe.run.config;

import dev.lathe.data.HoldOut;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Which rows, and how they become tokens.
 *
 * @param datasets names from dataset_info.json, as written (a name may stand twice)
 * @param folder where dataset_info.json stands
 * @param cutoffLen as written, before packing takes one off
 * @param packing whether rows are filled up with several texts: asked for, or stage pt's default
 * @param packingAsked what was asked for; the reference takes one off cutoffLen only when packing was asked for
 * @param neatPacking texts of a pack do not see each other
 * @param maxSamples first rows of each data set that are used
 * @param mixture how several data sets become one
 * @param evalOnEach each data set of {@code evalDatasets} is evaluated by itself
 * @param preprocessing how rows are worked on; it shows in packs and blocks
 * @param stream rows are read while training goes on; empty to tokenise all of them first
 * @param shuffled rows in random order, anew each epoch; else in the order of the file
 */
public record DataConfig(
        TemplateConfig template,
        List<String> datasets,
        List<String> evalDatasets,
        Path folder,
        int cutoffLen,
        boolean trainOnPrompt,
        boolean maskHistory,
        boolean packing,
        Optional<Boolean> packingAsked,
        boolean neatPacking,
        OptionalInt maxSamples,
        HoldOut holdOut,
        Mixture mixture,
        boolean evalOnEach,
        Preprocessing preprocessing,
        Optional<Stream> stream,
        boolean shuffled) {
    /**
     * @param strategy concat, interleave_under or interleave_over
     * @param shares one a data set, adding up to 1; empty to take turns
     */
    public record Mixture(String strategy, List<Double> shares) {}

    /**
     * @param batch rows a map batch, within which packs and blocks are made
     * @param workers shares of rows, within which batches are made
     * @param again tokenises even what is kept
     * @param tokenized where finished samples are kept; when they are there, they are all that is read
     */
    public record Preprocessing(int batch, int workers, boolean again, Optional<Path> tokenized) {}

    /** @param buffer rows that are shuffled together */
    public record Stream(int buffer) {}

    static DataConfig of(Settings s) {
        boolean asked = !(s.get("packing").origin() instanceof Origin.Derived);
        Optional<Boolean> packingAsked = asked ? s.optionalFlag("packing") : Optional.empty();
        return new DataConfig(
                TemplateConfig.of(s),
                s.names("dataset"),
                s.names("eval_dataset"),
                Path.of(s.text("dataset_dir")),
                s.whole("cutoff_len"),
                s.flag("train_on_prompt"),
                s.flag("mask_history"),
                s.flag("neat_packing") || s.flag("packing"),
                s.flag("neat_packing") ? Optional.of(true) : packingAsked,
                s.flag("neat_packing"),
                s.optionalWhole("max_samples"),
                HoldOut.of(s.number("val_size")),
                new Mixture(s.text("mix_strategy"), s.numbers("interleave_probs")),
                s.flag("eval_on_each_dataset"),
                new Preprocessing(
                        s.whole("preprocessing_batch_size"),
                        s.optionalWhole("preprocessing_num_workers").orElse(1),
                        s.flag("overwrite_cache"),
                        s.optionalPath("tokenized_path")),
                s.flag("streaming") ? Optional.of(new Stream(s.whole("buffer_size"))) : Optional.empty(),
                !s.flag("disable_shuffling"));
    }
}
