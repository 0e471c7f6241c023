package dev.lathe.run;

import dev.lathe.base.SafeFiles;
import dev.lathe.base.UserError;
import dev.lathe.data.DataSettings;
import dev.lathe.data.EpochOrder;
import dev.lathe.data.PreparedData;
import dev.lathe.data.PreparedSet;
import dev.lathe.data.Sample;
import dev.lathe.data.inspect.ExampleLines;
import dev.lathe.model.UnloadedModel;
import dev.lathe.run.config.Configuration;
import dev.lathe.run.config.DataRun;
import dev.lathe.run.inspect.ConsoleReport;
import dev.lathe.run.inspect.Facts;
import dev.lathe.run.inspect.InspectionPage;
import dev.lathe.run.inspect.LengthPlot;
import dev.lathe.run.inspect.SampleChoice;
import dev.lathe.text.ChatEncoder;
import dev.lathe.train.StepPlan;
import java.io.BufferedOutputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** {@code lathe data}: shows what a run is going to be trained on. Reads no weights. */
public final class DataInspection {
    private static final int USUAL_WIDTH = 100;

    /**
     * What to make.
     *
     * @param samples those to show token by token: numbers, or data sets with a row's number; empty for a glance at the
     *     first
     * @param png where to put the picture of lengths
     * @param html where to put the page
     * @param jsonl where to put every sample as the trainer gets it
     */
    public record Wanted(List<String> samples, Optional<Path> png, Optional<Path> html, Optional<Path> jsonl) {
        public Wanted {
            samples = List.copyOf(samples);
        }
    }

    private final Host host;
    private final Configuration configuration;
    private final DataRun run;

    public DataInspection(Host host, Configuration configuration) {
        this.host = host;
        this.configuration = configuration;
        this.run = DataRun.of(configuration);
    }

    /** Throws {@link UserError} for data that cannot be read, and samples that are not there. */
    public void run(Wanted wanted) {
        configuration.notices().forEach(notice -> host.say("Notice: " + notice));
        UnloadedModel model = new VocabularyGrowth(host, run.model().vocabulary(), List.of())
                .of(UnloadedModel.open(new ModelSource(host, run.model()).tokenizer()));
        ChatEncoder encoder = DataSource.encoder(host, run.data().template(), model.tokenizer());
        DataSource source = DataSource.of(host, run);
        DataSettings settings = source.settings();
        PreparedData data = source.prepare(encoder);
        List<Integer> chosen = new SampleChoice(wanted.samples()).in(data.train());
        Facts facts = Facts.of(settings, data, encoder, model, steps(settings, data.train()));
        boolean colour = host.terminalWidth().isPresent()
                && host.environment().getOrDefault("NO_COLOR", "").isEmpty();
        int width = host.terminalWidth().map(columns -> columns.getAsInt()).orElse(USUAL_WIDTH);
        ConsoleReport report = new ConsoleReport(facts, colour, width);
        if (chosen.isEmpty()) {
            report.show(host.out());
        } else {
            report.show(host.out(), chosen);
        }
        wanted.png().ifPresent(file -> write(file, new LengthPlot(facts).png()));
        wanted.html().ifPresent(file -> {
            host.files().writeText(file, new InspectionPage(facts, chosen).html());
            host.say("Written: " + file);
        });
        wanted.jsonl().ifPresent(file -> lines(file, settings, data));
    }

    private void write(Path file, byte[] bytes) {
        host.files().write(file, out -> SafeFiles.writeFully(out, ByteBuffer.wrap(bytes)));
        host.say("Written: " + file);
    }

    private void lines(Path file, DataSettings settings, PreparedData data) {
        host.files().write(file, channel -> {
            OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 20);
            ExampleLines lines = new ExampleLines(out);
            lines.write("train", data.train(), settings.packs());
            for (PreparedSet set : data.evaluation()) {
                lines.write("eval" + set.name().map(name -> "_" + name).orElse(""), set, settings.packs());
            }
            out.flush();
        });
        host.say("Written: " + file);
    }

    private Optional<Facts.Steps> steps(DataSettings settings, PreparedSet train) {
        if (settings.stage() == DataSettings.Stage.PPO) { // its steps depend on how often it looks at what it generated
            return Optional.empty();
        }
        StepPlan plan = Intervals.plan(
                new EpochOrder(
                        train.samples().size(),
                        run.training().dataSeed(),
                        run.data().shuffled()),
                run.training());
        return Optional.of(new Facts.Steps(
                plan.batchSize(),
                plan.accumulation(),
                plan.stepsPerEpoch(),
                plan.totalSteps(),
                plan.totalEpochs(),
                train.samples().kind() == Sample.class && !settings.packs() ? padding(plan, train) : 0));
    }

    /** What share of the reference's batches would be padding: each is as long as its longest sample. */
    private static double padding(StepPlan plan, PreparedSet train) {
        int[] order = plan.order().order(0);
        long room = 0;
        long tokens = 0;
        for (int from = 0; from < order.length; from += plan.batchSize()) {
            int[] batch = Arrays.copyOfRange(order, from, Math.min(order.length, from + plan.batchSize()));
            int longest = 0;
            for (int sample : batch) {
                longest = Math.max(longest, train.samples().tokens(sample));
                tokens += train.samples().tokens(sample);
            }
            room += (longest + 7L) / 8 * 8 * batch.length;
        }
        return room == 0 ? 0 : 1 - (double) tokens / room;
    }
}
