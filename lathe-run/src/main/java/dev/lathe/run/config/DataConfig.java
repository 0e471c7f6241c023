package dev.lathe.run.config;

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
        Holdout holdout,
        boolean shuffled) {
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
                holdout(s),
                !s.flag("disable_shuffling"));
    }

    private static Holdout holdout(Settings s) {
        double size = s.number("val_size");
        if (size == 0) {
            return new Holdout.None();
        }
        return size < 1 ? new Holdout.Share(size) : new Holdout.Rows((int) size);
    }
}
