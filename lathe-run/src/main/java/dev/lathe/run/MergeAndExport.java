package dev.lathe.run;

import dev.lathe.base.SafeFiles;
import dev.lathe.base.UserError;
import dev.lathe.model.ConvertedWeights;
import dev.lathe.model.LoadedModel;
import dev.lathe.model.ModelShape;
import dev.lathe.model.file.LegacyWeights;
import dev.lathe.model.file.TensorSource;
import dev.lathe.quant.Storage;
import dev.lathe.run.config.Configuration;
import dev.lathe.run.config.ExportRun;
import dev.lathe.run.config.MergeBase;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.NativeMemory;
import dev.lathe.tensor.Torch;
import dev.lathe.text.ChatEncoder;
import dev.lathe.train.ModelArtifact;
import dev.lathe.train.ModelTensors;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * {@code lathe export}: merges adapters into their base and writes the result as a model of its own, with everything
 * that belongs to it. Adapters are added in float32, one after another, and rounded once. The new folder is written
 * aside, loaded again and compared ({@link ExportProof}) before it gets its name: what fails leaves nothing behind.
 */
public final class MergeAndExport {
    private final Host host;
    private final Configuration configuration;
    private final ExportRun run;

    public MergeAndExport(Host host, Configuration configuration) {
        this.host = host.choosing("export_dir");
        this.configuration = configuration;
        this.run = ExportRun.of(configuration);
    }

    /** Leaves the merged model in {@code export_dir}. Throws {@link UserError}; then what stood there still stands. */
    public void run() {
        configuration.notices().forEach(notice -> host.say("Notice: " + notice));
        Torch.start(host.threads());
        ModelChoice choice = ModelChoice.of(host, run.model(), run.trained());
        choice.untrained().ifPresent(why -> {
            throw new UserError(why + ". There is nothing to export");
        });
        ExportFolder target = ExportFolder.at(run.export().folder(), choice, host.files());
        try (LoadedModel stored = choice.open()) {
            Optional<Storage> storage = packedAs(choice);
            if (storage.isPresent()) {
                String proof = new PackedExport(stored, storage.get(), encoder(stored)).write(target, run);
                host.say("%s → %s, %s".formatted(what(choice), run.export().folder(), proof));
                return;
            }
            QuantizedBase quantised = QuantizedBase.of(run, stored, choice.adapters());
            LoadedModel base = quantised.mergedInto();
            String proof = NativeMemory.during(
                    "exporting", LessMemory.EXPORTING, () -> export(base, choice.adapters(), target));
            host.say("%s → %s, checked: %s".formatted(what(choice), run.export().folder(), proof));
            quantised.drift(choice.adapters(), encoder(base)).ifPresent(host::say);
        }
    }

    /** What the written model is packed as, if that was asked for; an adapter is merged into dense weights alone. */
    private Optional<Storage> packedAs(ModelChoice choice) {
        boolean packed = choice.adapters().isEmpty() && run.export().base() == MergeBase.ORIGINAL;
        return run.model().quantization().filter(config -> packed).map(WeightLoading::storage);
    }

    private String export(LoadedModel base, List<Path> adapters, ExportFolder target) {
        DType dtype = ExportedSettings.dtype(run.format(), base);
        ChatEncoder encoder = encoder(base);
        LoadedModel lent = base.lent();
        LoadedModel wide = adapters.isEmpty() ? lent : lent.with(new ConvertedWeights(lent.weights(), DType.F32));
        try (LoadedModel merged = InferenceModel.merged(wide, adapters)) {
            ModelArtifact artifact = new ModelArtifact(
                    ExportedSettings.config(merged, dtype),
                    Optional.of(merged.generationSettings()),
                    tensors(merged, dtype),
                    run.export().shardBytes());
            return write(target, artifact, encoder, new ExportProof(base, adapters, encoder, dtype));
        }
    }

    private String write(ExportFolder target, ModelArtifact artifact, ChatEncoder encoder, ExportProof proof) {
        return target.write((folder, files) -> {
            write(folder, files, artifact, encoder);
            host.say(
                    "Written as %s; comparing it with what it was made from".formatted(Arithmetic.name(proof.dtype())));
            String found = prove(proof, folder, artifact);
            if (run.export().legacyFormat()) { // bit for bit the same tensors, in a container that Lathe does not read
                new LegacyWeights(files).replaceIn(folder);
            }
            return found;
        });
    }

    private static String prove(ExportProof proof, Path folder, ModelArtifact artifact) {
        try (LoadedModel written = LoadedModel.open("the exported model", folder)) {
            return proof.of(written, artifact.tensors());
        }
    }

    static void write(Path folder, SafeFiles files, ModelArtifact artifact, ChatEncoder encoder) {
        artifact.write(folder, files);
        encoder.tokenizer().paddingOnTheLeft().save(folder, files);
        files.writeText(folder.resolve("Modelfile"), encoder.ollamaModelfile());
    }

    private ChatEncoder encoder(LoadedModel base) {
        return DataSource.encoder(host, run.template(), base.tokenizer());
    }

    /** What the model is built from, and nothing else that a checkpoint may hold. */
    private static List<TensorSource> tensors(LoadedModel merged, DType dtype) {
        Set<String> wanted = ModelShape.of(merged.spec()).names();
        return ModelTensors.of(merged.weights(), List.of(), dtype).stream()
                .filter(tensor -> wanted.contains(tensor.spec().name()))
                .toList();
    }

    private static String what(ModelChoice choice) {
        List<String> adapters = choice.adapters().stream().map(Path::toString).toList();
        return adapters.isEmpty()
                ? "Exported " + choice.name()
                : "Merged %s into %s".formatted(String.join(", then ", adapters), choice.name());
    }
}
