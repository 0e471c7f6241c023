import dev.lathe.run.Host;
import dev.lathe.run.LoraTrainer;
import dev.lathe.run.TrainedModel;
import java.nio.file.Path;

/** The quickstart without YAML: teaches the bundled model something new and asks for it. */
public final class Quickstart {
    public static void main(String[] arguments) {
        Path output = Path.of(arguments.length > 0 ? arguments[0] : "lathe-output/quickstart-java");
        LoraTrainer trainer = LoraTrainer.on(Host.ofProcess(System.getenv(), System.out), "lathe:seedling")
                .data(Path.of("examples/data"), "quickstart")
                .template("chatml")
                .maxLength(128)
                .rank(16)
                .alpha(32)
                .targetModules("all")
                .batchSize(16)
                .learningRate(5e-3)
                .epochs(3)
                .with("bf16", "true")
                .with("do_sample", "false")
                .outputDir(output);
        try (TrainedModel model = trainer.train()) {
            System.out.println(model.ask("What is your name?"));
        }
    }
}
