package dev.lathe.run;

import dev.lathe.base.UserError;
import dev.lathe.data.DataPipeline;
import dev.lathe.data.DataProgress;
import dev.lathe.data.DataSettings;
import dev.lathe.data.Encoding;
import dev.lathe.data.HoldOut;
import dev.lathe.data.LoadedData;
import dev.lathe.data.Mixing;
import dev.lathe.data.PreparedData;
import dev.lathe.data.TokenCache;
import dev.lathe.data.TokenizedData;
import dev.lathe.run.config.DataConfig;
import dev.lathe.run.config.Holdout;
import dev.lathe.run.config.Stage;
import dev.lathe.run.config.TemplateConfig;
import dev.lathe.text.ChatEncoder;
import dev.lathe.text.Template;
import dev.lathe.text.Templates;
import dev.lathe.text.Tokenizer;
import java.time.LocalDate;

/** Turns the data half of a configuration into samples. */
record DataSource(Host host, DataConfig config, Stage stage, long seed) {
    /** Writes conversations as the configuration says: with the template it names, or else the tokenizer's own. */
    static ChatEncoder encoder(Host host, TemplateConfig config, Tokenizer tokenizer) {
        Template template = config.name().map(Templates::byName).orElseGet(() -> Templates.of(tokenizer));
        template = config.toolFormat().map(template::withToolFormat).orElse(template);
        template = config.defaultSystem().map(template::withDefaultSystem).orElse(template);
        template = template.withThinking(config.enableThinking(), config.preserveThinking());
        return new ChatEncoder(template, ChatEncoder.fix(template, tokenizer), LocalDate.now(host.clock()));
    }

    LoadedData load(ChatEncoder encoder, int vocabulary) {
        LoadedData data =
                DataPipeline.load(settings(), Encoding.of(encoder), cache(), host.threads(), DataProgress.NONE);
        host.say("Data: " + data.train().report().summary());
        data.evaluation()
                .forEach(set -> host.say("Evaluation data%s: %s"
                        .formatted(
                                set.name().map(name -> " " + name).orElse(""),
                                set.report().summary())));
        if (encoder.tokenizer().size() > vocabulary) {
            check(data.train().samples(), encoder.tokenizer(), vocabulary);
            data.evaluation().forEach(set -> check(set.samples(), encoder.tokenizer(), vocabulary));
        }
        return data;
    }

    /** The data of any stage, with the rows that each sample came from. */
    PreparedData prepare(ChatEncoder encoder, DataProgress progress) {
        return DataPipeline.prepare(settings(), Encoding.of(encoder), cache(), host.threads(), progress);
    }

    private TokenCache cache() {
        return new TokenCache.Folder(host.cache().resolve("tokens"), host.files());
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
                false,
                config.folder(),
                config.cutoffLen(),
                config.trainOnPrompt(),
                config.maskHistory(),
                config.packingAsked(),
                config.neatPacking(),
                new Mixing.Concat(),
                config.maxSamples(),
                switch (config.holdout()) {
                    case Holdout.None() -> new HoldOut.Nothing();
                    case Holdout.Rows(int count) -> new HoldOut.Count(count);
                    case Holdout.Share(double share) -> new HoldOut.Fraction(share);
                },
                true,
                1000,
                1,
                false,
                seed);
    }

    /** A template may add tokens that the model has no row for. */
    private static void check(TokenizedData samples, Tokenizer tokenizer, int vocabulary) {
        for (int i = 0; i < samples.size(); i++) {
            for (int id : samples.get(i).inputIds()) {
                if (id >= vocabulary) {
                    throw new UserError(
                            "the data holds token %d (%s), but the model's embedding has %d rows: choose a template whose tokens the model knows"
                                    .formatted(id, tokenizer.tokenOf(id), vocabulary));
                }
            }
        }
    }
}
