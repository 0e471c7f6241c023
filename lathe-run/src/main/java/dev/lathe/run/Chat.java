package dev.lathe.run;

import dev.lathe.model.Sampling;
import dev.lathe.run.chat.ChatConsole;
import dev.lathe.run.chat.ChatSession;
import dev.lathe.run.chat.ChatSettings;
import dev.lathe.run.config.ChatRun;
import dev.lathe.run.config.Configuration;
import dev.lathe.run.config.GenerationConfig;
import dev.lathe.run.config.InferWeights;
import dev.lathe.tensor.NativeMemory;
import dev.lathe.tensor.Torch;
import dev.lathe.text.ChatEncoder;
import java.io.Reader;

/** {@code lathe chat}: a conversation on the terminal with a model, or with what a training file made of it. */
public final class Chat {
    private final Host host;
    private final Configuration configuration;

    /** @param host its {@code interrupted} ends an answer, and says yes once for each time the user asks */
    public Chat(Host host, Configuration configuration) {
        this.host = host;
        this.configuration = configuration;
    }

    /** Talks until the user leaves or {@code in} ends. */
    public void run(Reader in) {
        configuration.notices().forEach(notice -> host.say("Notice: " + notice));
        ChatRun run = ChatRun.of(configuration);
        Torch.start(host.threads());
        ModelChoice choice = ModelChoice.of(host, run.model(), run.trained());
        choice.untrained().ifPresent(why -> host.say("Notice: %s. This is %s itself".formatted(why, choice.name())));
        try (InferenceModel model = InferenceModel.answering(choice, run.format(), run.weights());
                ChatSession session = session(host, model, run)) {
            choice.adapters().forEach(adapter -> host.say("Adapter " + adapter));
            if (run.weights() == InferWeights.INT8) {
                ChatEncoder encoder =
                        DataSource.encoder(host, run.template(), model.model().tokenizer());
                host.say("Weights in 8 bits: against those of the model, "
                        + model.fromStored(choice, run.format(), encoder));
            }
            ChatConsole console = new ChatConsole(session, in, host.out(), host.interrupted());
            NativeMemory.during("answering", LessMemory.ANSWERING, () -> {
                console.run();
                return console;
            });
        }
    }

    static ChatSession session(Host host, InferenceModel model, ChatRun run) {
        ChatEncoder encoder =
                DataSource.encoder(host, run.template(), model.model().tokenizer());
        GenerationConfig generation = run.generation();
        int positions = model.model().spec().maxPositions();
        ChatSettings settings = new ChatSettings(
                "",
                new Sampling(
                        generation.sample(),
                        generation.temperature(),
                        generation.topP(),
                        generation.topK(),
                        generation.repetitionPenalty(),
                        host.clock().millis()), // another answer each time, as the reference's
                generation.maxNewTokens().orElse(positions),
                Math.min(positions, generation.maxLength().orElse(positions)),
                generation.skipSpecialTokens());
        return new ChatSession(model.decoder(), encoder, settings, host.clock());
    }
}
