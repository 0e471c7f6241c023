package dev.lathe.run;

import dev.lathe.base.UserError;
import dev.lathe.data.DataPipeline;
import dev.lathe.data.DataSettings;
import dev.lathe.data.DatasetHub;
import dev.lathe.data.Encoding;
import dev.lathe.data.LoadedData;
import dev.lathe.data.Mixing;
import dev.lathe.data.PreparedData;
import dev.lathe.data.Sample;
import dev.lathe.data.StreamedSamples;
import dev.lathe.data.Streaming;
import dev.lathe.data.TokenCache;
import dev.lathe.data.TokenizedData;
import dev.lathe.data.TokenizedFolder;
import dev.lathe.run.config.DataConfig;
import dev.lathe.run.config.DataRun;
import dev.lathe.run.config.Stage;
import dev.lathe.run.config.TemplateConfig;
import dev.lathe.run.config.TrainRun;
import dev.lathe.run.config.TrainingConfig;
import dev.lathe.text.ChatEncoder;
import dev.lathe.text.Template;
import dev.lathe.text.Templates;
import dev.lathe.text.Tokenizer;
import java.time.LocalDate;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Turns the data half of a configuration into samples.
 *
 * @param hub where data sets are had by name
 * @param samples how many a streamed run asks for; 0 to look at the data, not to train on them
 */
record DataSource(Host host, DataConfig config, Stage stage, long seed, DatasetHub hub, int samples) {
    private static final int FIRST_OF_STREAM = 10_000;

    static DataSource of(Host host, TrainRun run) {
        TrainingConfig training = run.training();
        long samples = Intervals.maxSteps(training.length()) * training.microBatch() * training.accumulation();
        return new DataSource(
                host, run.data(), run.stage(), training.seed(), new ModelSource(host, run.model()).datasets(), (int)
                        Math.min(Integer.MAX_VALUE, samples));
    }

    /** To look at all data of a run; of a stream only its first rows. */
    static DataSource of(Host host, DataRun run) {
        return new DataSource(
                host, run.data(), run.stage(), run.training().seed(), new ModelSource(host, run.model()).datasets(), 0);
    }

    /** Writes conversations as the configuration says: with the template it names, or else the tokenizer's own. */
    static ChatEncoder encoder(Host host, TemplateConfig config, Tokenizer tokenizer) {
        Template template = config.name().map(Templates::byName).orElseGet(() -> Templates.of(tokenizer));
        template = config.toolFormat().map(template::withToolFormat).orElse(template);
        template = config.defaultSystem().map(template::withDefaultSystem).orElse(template);
        template = template.withThinking(config.enableThinking(), config.preserveThinking());
        return new ChatEncoder(template, ChatEncoder.fix(template, tokenizer), LocalDate.now(host.clock()));
    }

    LoadedData load(ChatEncoder encoder, int vocabulary) {
        Optional<TokenizedFolder> kept = config.preprocessing().tokenized().map(TokenizedFolder::new);
        LoadedData data;
        if (kept.isPresent() && kept.get().exists()) {
            host.say(
                    "Data: all of it from tokenized_path %s; the other settings of the data are left aside, as in the reference"
                            .formatted(kept.get().folder()));
            data = kept.get().load();
        } else {
            data = tokenised(Encoding.of(encoder));
            kept.ifPresent(folder -> save(folder, data));
        }
        boolean streamed = data.train().samples() instanceof StreamedSamples;
        host.say(
                streamed
                        ? "Data: a stream, read while training goes on"
                        : "Data: " + data.train().report().summary());
        data.evaluation()
                .forEach(set -> host.say("Evaluation data%s: %s"
                        .formatted(
                                set.name().map(name -> " " + name).orElse(""),
                                set.report().summary())));
        if (!streamed && data.train().report().supervised() == 0) {
            throw new UserError(
                    "dataset: nothing is left to learn: no sample has a supervised token. Raise cutoff_len, or look at the data's answers");
        }
        if (encoder.tokenizer().size() > vocabulary) {
            check(data.train().samples(), encoder.tokenizer(), vocabulary);
            data.evaluation().forEach(set -> check(set.samples(), encoder.tokenizer(), vocabulary));
        }
        return data;
    }

    private LoadedData tokenised(Encoding encoding) {
        DataPipeline pipeline = pipeline(encoding);
        return config.stream()
                .map(stream -> pipeline.stream(settings(), new Streaming(stream.buffer(), config.shuffled(), samples)))
                .orElseGet(() -> pipeline.load(settings()));
    }

    private DataPipeline pipeline(Encoding encoding) {
        return new DataPipeline(encoding, cache(), hub, host.threads(), new DataLines(host));
    }

    private void save(TokenizedFolder folder, LoadedData data) {
        folder.save(data, host.files());
        host.say("Kept the samples in %s: the next run with this tokenized_path needs nothing else"
                .formatted(folder.folder()));
    }

    /** The data of any stage, with the rows that each sample came from. */
    PreparedData prepare(ChatEncoder encoder) {
        if (looksAtStream()) {
            host.say("Notice: of a stream only the first %d rows of each data set are looked at"
                    .formatted(FIRST_OF_STREAM));
        }
        return pipeline(Encoding.of(encoder)).prepare(settings());
    }

    /** Whether a stream is looked at rather than trained on: nobody wants to wait until it ends. */
    private boolean looksAtStream() {
        return config.stream().isPresent() && samples == 0;
    }

    private TokenCache cache() {
        return new TokenCache.Folder(host.cache().resolve("tokens"), host.cacheFiles());
    }

    DataSettings settings() {
        return new DataSettings(
                switch (stage) {
                    case PRETRAIN -> DataSettings.Stage.PT;
                    case SUPERVISED -> DataSettings.Stage.SFT;
                    case REWARD -> DataSettings.Stage.RM;
                    case PPO -> DataSettings.Stage.PPO;
                    case PREFERENCE -> DataSettings.Stage.DPO;
                    case FEEDBACK -> DataSettings.Stage.KTO;
                },
                config.datasets(),
                config.evalDatasets(),
                config.evalOnEach(),
                config.folder(),
                config.cutoffLen(),
                config.trainOnPrompt(),
                config.maskHistory(),
                config.packingAsked(),
                config.neatPacking(),
                Mixing.named(config.mixture().strategy(), config.mixture().shares()),
                looksAtStream() ? OptionalInt.of(FIRST_OF_STREAM) : config.maxSamples(),
                config.holdOut(),
                true,
                config.preprocessing().batch(),
                config.preprocessing().workers(),
                config.preprocessing().again(),
                seed);
    }

    /** A template may add tokens that the model has no row for. */
    private static void check(TokenizedData samples, Tokenizer tokenizer, int vocabulary) {
        if (samples instanceof StreamedSamples stream) {
            stream.watch(sample -> check(sample, tokenizer, vocabulary));
            return;
        }
        for (int i = 0; i < samples.size(); i++) {
            check(samples.get(i), tokenizer, vocabulary);
        }
    }

    private static void check(Sample sample, Tokenizer tokenizer, int vocabulary) {
        for (int id : sample.inputIds()) {
            if (id >= vocabulary) {
                throw new UserError(
                        "the data holds token %d (%s), but the model's embedding has %d rows: choose a template whose tokens the model knows, or let the embedding grow (resize_vocab: true)"
                                .formatted(id, tokenizer.tokenOf(id), vocabulary));
            }
        }
    }
}
