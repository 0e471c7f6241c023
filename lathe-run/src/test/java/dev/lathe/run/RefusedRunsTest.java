package dev.lathe.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Disk;
import dev.lathe.base.Json;
import dev.lathe.train.Event;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user is told when a run cannot begin. */
class RefusedRunsTest {
    private static final String[] LORA = {"lora_rank=2", "save_strategy=steps", "save_steps=2"};

    @Test
    void aFolderThatCannotBeWrittenToIsSaidBeforeAnythingIsRead(@TempDir Path temp) throws IOException {
        TinyModel tiny = TinyModel.write(temp, 1, 9);
        Bench bench = new Bench(temp);
        Path file = Files.writeString(temp.resolve("file"), "mine");
        Bench.assertRefused(
                () -> bench.train(tiny.arguments(file.resolve("out"), LORA)),
                file.resolve("out") + " cannot be written to: " + file + " is a file",
                "Choose another output_dir");
        Disk refusing = path -> {
            throw new AccessDeniedException(path.toString());
        };
        Bench.assertRefused(
                () -> bench.train(bench.host(refusing, () -> false), tiny.arguments(temp.resolve("out"), LORA)),
                temp.resolve("out") + " could not be written: no permission for ");
        assertThat(bench.said()).doesNotContain("Data:");
    }

    @Test
    void dataWithNothingToLearnIsRefused(@TempDir Path temp) {
        TinyModel tiny = TinyModel.write(temp, 1, 5);
        Bench.assertRefused(
                () -> new Bench(temp).train(Bench.with(tiny.arguments(temp.resolve("out"), LORA), "cutoff_len=1")),
                "no sample has a supervised token",
                "Raise cutoff_len");
    }

    @Test
    void emptyDataIsRefused(@TempDir Path temp) {
        TinyModel tiny = TinyModel.write(temp, 1, 5);
        tiny.writeData("[{\"instruction\": \"a\", \"output\": null}, {\"instruction\": \"b\"}]");
        Bench.assertRefused(
                () -> new Bench(temp).train(tiny.arguments(temp.resolve("out"), LORA)),
                "dataset: no sample is left: 2 rows",
                "dropped: 2 no answer");
    }

    @Test
    void aTemplateWhoseTokensTheModelLacksIsRefused(@TempDir Path temp) {
        TinyModel tiny = TinyModel.write(temp, 1, 5);
        Bench.assertRefused(
                () -> new Bench(temp).train(Bench.with(tiny.arguments(temp.resolve("out"), LORA), "template=llama3")),
                "the data holds token 259",
                "the model's embedding has 259 rows",
                "choose a template whose tokens the model knows");
    }

    @Test
    void aModelThatIsNeitherHereNorOnTheHubIsSaidToBeNeither(@TempDir Path temp) {
        TinyModel tiny = TinyModel.write(temp, 1, 5);
        Host offline = new Bench(temp).host();
        Bench.assertRefused(
                () -> new Bench(temp)
                        .train(
                                offline,
                                Bench.with(
                                        tiny.arguments(temp.resolve("out"), LORA),
                                        "model_name_or_path=some/model",
                                        "cache_dir=" + temp.resolve("hub"))),
                "model_name_or_path: there is no folder or file some/model here, and on the hub: ");
    }

    @Test
    void anAdapterForAnotherModelIsRefused(@TempDir Path temp) {
        TinyModel tiny = TinyModel.write(temp, 1, 5);
        Bench bench = new Bench(temp);
        Path adapter = temp.resolve("adapter");
        bench.train(tiny.arguments(adapter, "lora_rank=2"));
        ObjectNode wider = ((ObjectNode) Json.read(tiny.model().resolve("config.json"))).put("hidden_size", 32);
        Path other = temp.resolve("other");
        List<String> arguments = Bench.with(
                tiny.arguments(temp.resolve("out"), "lora_rank=2"),
                "model_name_or_path=" + other,
                "train_from_scratch=true",
                "adapter_name_or_path=" + adapter);
        copyModel(tiny.model(), other, wider);
        Bench.assertRefused(() -> bench.train(arguments), adapter.toString(), "lora_A.weight", "[2, 16]", "[2, 32]");
        copyModel(
                tiny.model(),
                other,
                ((ObjectNode) Json.read(tiny.model().resolve("config.json"))).put("num_hidden_layers", 3));
        Bench.assertRefused(
                () -> bench.train(arguments),
                adapter + " has no tensor base_model.model.model.layers.2",
                "the adapter was made for another model, or is not whole");
    }

    @Test
    void balancingExpertsThatAreNotThereIsRefused(@TempDir Path temp) {
        TinyModel tiny = TinyModel.write(temp, 1, 5);
        Bench.assertRefused(
                () -> new Bench(temp).train(tiny.arguments(temp.resolve("out"), "moe_aux_loss_coef=0.1")),
                "moe_aux_loss_coef",
                "has no experts to balance");
    }

    @Test
    void aFolderThatHoldsAModelIsNotOverwritten(@TempDir Path temp) {
        TinyModel tiny = TinyModel.write(temp, 1, 5);
        Bench bench = new Bench(temp);
        Path output = temp.resolve("out");
        bench.train(tiny.arguments(output, "lora_rank=2"));
        Bench.assertRefused(
                () -> bench.train(tiny.arguments(output, "lora_rank=2")),
                output + " already holds a model",
                "overwrite_output_dir: true");
        Heard again = bench.train(tiny.arguments(output, "lora_rank=2", "overwrite_output_dir=true"));
        assertThat(again.all(Event.RunFinished.class)).hasSize(1);
    }

    @Test
    void aCheckpointThatIsNotThereIsRefused(@TempDir Path temp) {
        TinyModel tiny = TinyModel.write(temp, 1, 5);
        Path output = temp.resolve("out");
        Bench.assertRefused(
                () -> new Bench(temp).train(tiny.arguments(output, "resume_from_checkpoint=true")),
                "resume_from_checkpoint",
                output + " holds no checkpoint");
        Bench.assertRefused(
                () -> new Bench(temp)
                        .train(tiny.arguments(output, "resume_from_checkpoint=" + temp.resolve("nowhere"))),
                temp.resolve("nowhere") + " is not there");
    }

    private static void copyModel(Path from, Path to, ObjectNode config) {
        try {
            Files.createDirectories(to);
            for (String name : List.of("tokenizer.json", "tokenizer_config.json")) {
                Files.write(to.resolve(name), Files.readAllBytes(from.resolve(name)));
            }
            Files.writeString(to.resolve("config.json"), config.toString());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
