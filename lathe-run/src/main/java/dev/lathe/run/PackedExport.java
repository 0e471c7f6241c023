package dev.lathe.run;

import dev.lathe.base.UserError;
import dev.lathe.model.LoadedModel;
import dev.lathe.model.Matrices;
import dev.lathe.quant.PackedCheckpoint;
import dev.lathe.quant.Quantization;
import dev.lathe.quant.Storage;
import dev.lathe.quant.Unpacker;
import dev.lathe.run.InferenceModel.LastAdapter;
import dev.lathe.run.config.ExportRun;
import dev.lathe.tensor.DType;
import dev.lathe.text.ChatEncoder;
import dev.lathe.train.ModelArtifact;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Writes a dense model with its linear layers packed, as the storage's own library does. What was written is loaded again and
 * must give the very same answers as packing while loading does.
 */
record PackedExport(LoadedModel model, Storage storage, ChatEncoder encoder) {
    /** @return what was found, for people */
    String write(ExportFolder target, ExportRun run) {
        if (Quantization.method(model).isPresent()) {
            throw new UserError("%s is quantised already (%s); leave out quantization_bit, or copy the folder"
                    .formatted(model.name(), Quantization.method(model).get()));
        }
        PackedCheckpoint checkpoint = new PackedCheckpoint(model, storage);
        ModelArtifact artifact = new ModelArtifact(
                checkpoint.config(),
                Optional.of(ExportedSettings.generation(model)),
                checkpoint.tensors(),
                run.export().shardBytes());
        return target.write((folder, files) -> {
            MergeAndExport.write(folder, files, artifact, encoder);
            return prove(folder);
        });
    }

    private String prove(Path folder) {
        List<int[]> prompts = new ProbePrompts(encoder, model.spec().vocabulary()).ids();
        LoadedModel packed =
                Quantization.whileLoading(model, storage, model.spec().dtype(), new Unpacker());
        try (LoadedModel written = LoadedModel.open("the exported model", folder);
                PromptLogits expected = logits(packed, prompts);
                PromptLogits found = logits(Quantization.asStored(written, new Unpacker()), prompts);
                PromptLogits dense = logits(model, prompts)) {
            if (expected.to(found).delta() != 0) {
                throw new UserError(
                        "the exported model and the model packed as %s are not the same (%s); nothing was exported; this is a defect in Lathe, please report it"
                                .formatted(storage, expected.to(found)));
            }
            return "packed as %s and read again; against the dense model %s".formatted(storage, dense.to(found));
        }
    }

    private static PromptLogits logits(LoadedModel model, List<int[]> prompts) {
        InferenceModel asked = InferenceModel.of(model, List.of(), LastAdapter.BESIDE, DType.F32, Matrices.HELD);
        return PromptLogits.of(asked.decoder(), prompts);
    }
}
