package dev.lathe.run.inspect;

import dev.lathe.data.DataSettings;
import dev.lathe.data.Encoding;
import dev.lathe.data.PreparedData;
import dev.lathe.data.PreparedSet;
import dev.lathe.data.inspect.Finding;
import dev.lathe.data.inspect.Inspection;
import dev.lathe.data.inspect.TemplateChecks;
import dev.lathe.model.UnloadedModel;
import dev.lathe.text.ChatEncoder;
import dev.lathe.text.Tokenizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Everything there is to show.
 *
 * @param template the name of the template
 * @param evaluation what evaluation uses
 * @param findings what to know before training, the worst first
 * @param steps how the samples become steps; empty where that is not known beforehand
 */
public record Facts(
        DataSettings settings,
        String template,
        PreparedSet train,
        List<PreparedSet> evaluation,
        Inspection inspection,
        List<Finding> findings,
        Optional<Steps> steps,
        Tokenizer tokenizer) {
    /**
     * A run's length.
     *
     * @param microBatch samples of a micro-batch
     * @param perEpoch steps an epoch
     * @param total steps of the run
     * @param epochs passes over the data, with fraction
     * @param padding the share of a padded batch that would be padding, 0 to 1
     */
    public record Steps(int microBatch, int accumulation, long perEpoch, long total, double epochs, double padding) {}

    public Facts {
        evaluation = List.copyOf(evaluation);
        findings = List.copyOf(findings);
    }

    /**
     * Goes through the data once.
     *
     * @param model as it lies on the disk, its tokenizer not yet changed by the template
     */
    public static Facts of(
            DataSettings settings, PreparedData data, ChatEncoder encoder, UnloadedModel model, Optional<Steps> steps) {
        Inspection inspection = Inspection.of(data.train(), data.evaluation(), settings, encoder);
        List<Finding> findings = new ArrayList<>(inspection.findings());
        if (settings.stage() != DataSettings.Stage.PT) {
            findings.addAll(TemplateChecks.of(encoder, model.tokenizer()));
        }
        findings.addAll(new ModelChecks(model, encoder.tokenizer(), settings).of(data.train(), Encoding.of(encoder)));
        findings.sort(Comparator.comparing(Finding::weight));
        return new Facts(
                settings,
                encoder.template().name(),
                data.train(),
                data.evaluation(),
                inspection,
                findings,
                steps,
                encoder.tokenizer());
    }

    /** What the run is, in a line. */
    String title() {
        return "%s · stage %s · template %s · cutoff_len %d%s"
                .formatted(
                        String.join(", ", settings.datasets()),
                        settings.stage().word(),
                        template,
                        settings.cutoffLen(),
                        settings.neatPacking() ? " · neat_packing" : settings.packs() ? " · packing" : "");
    }

    /** Whether a sample holds several rows. */
    boolean grouped() {
        return settings.packs();
    }

    /** Whether rows of that many tokens lose some: blocks of running text lose none. */
    boolean isCut(int tokens) {
        return inspection.cutoff().isPresent() && tokens > settings.effectiveCutoffLen();
    }

    /** What a sample is called. */
    String unit() {
        return switch (settings.stage()) {
            case PT -> grouped() ? "blocks" : "documents";
            case SFT -> grouped() ? "packs" : "samples";
            case RM, DPO -> "pairs";
            case KTO -> "judged answers";
            case PPO -> "prompts";
        };
    }
}
