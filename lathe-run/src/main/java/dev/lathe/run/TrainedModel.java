package dev.lathe.run;

import dev.lathe.run.chat.ChatSession;
import dev.lathe.run.config.ChatRun;
import dev.lathe.run.config.Configuration;
import dev.lathe.tensor.Torch;

/** A model that can be asked, from Java. For one thread: the one that opened it. */
public final class TrainedModel implements AutoCloseable {
    private final InferenceModel model;
    private final ChatSession session;

    private TrainedModel(InferenceModel model, ChatSession session) {
        this.model = model;
        this.session = session;
    }

    /** @param configuration of a chat; a training's will do, and means what that training made */
    public static TrainedModel open(Host host, Configuration configuration) {
        Torch.start(host.threads());
        ChatRun run = ChatRun.of(configuration);
        ModelChoice choice = ModelChoice.of(host, run.model(), run.trained());
        InferenceModel model = InferenceModel.open(choice, run.format(), InferenceModel.LastAdapter.MERGED);
        return new TrainedModel(model, Chat.session(host, model, run));
    }

    /** The answer to a question in a conversation of its own. */
    public String ask(String question) {
        session.clear();
        return session.ask(question, piece -> {}, () -> false).text();
    }

    @Override
    public void close() {
        session.close();
        model.close();
    }
}
