package dev.lathe.run;

import dev.lathe.base.UserError;
import dev.lathe.run.chat.ChatSession;
import dev.lathe.run.config.ChatRun;
import dev.lathe.run.config.Command;
import dev.lathe.run.config.Configuration;
import dev.lathe.tensor.Torch;
import dev.lathe.text.Message;
import dev.lathe.text.Role;
import java.util.ArrayList;
import java.util.List;

/** A model that can be asked, from Java. For one thread: the one that opened it. */
public final class TrainedModel implements AutoCloseable {
    private final InferenceModel model;
    private final ChatSession session;

    private TrainedModel(InferenceModel model, ChatSession session) {
        this.model = model;
        this.session = session;
    }

    /**
     * A model on the disk or the hub, in the words of the configuration: {@code model_name_or_path=...},
     * {@code template=...}, {@code adapter_name_or_path=...}.
     */
    public static TrainedModel open(Host host, String... keys) {
        return open(host, Configuration.read(Command.CHAT, List.of(keys), host.environment()));
    }

    /** @param configuration of a chat; a training's will do, and means what that training made */
    public static TrainedModel open(Host host, Configuration configuration) {
        Torch.start(host.threads());
        ChatRun run = ChatRun.of(configuration);
        ModelChoice choice = ModelChoice.of(host, run.model(), run.trained());
        choice.untrained().ifPresent(why -> {
            throw new UserError(why);
        });
        InferenceModel model = InferenceModel.answering(choice, run.format(), run.weights());
        return new TrainedModel(model, Chat.session(host, model, run));
    }

    /** The answer to a question in a conversation of its own. */
    public String ask(String question) {
        return ask("", List.of(question));
    }

    /**
     * The answer to the last of {@code turns}.
     *
     * @param system text for the model about itself; empty for the template's own
     * @param turns question, answer, question, ...: an odd number
     */
    public String ask(String system, List<String> turns) {
        List<Message> earlier = new ArrayList<>();
        for (String text : turns.subList(0, turns.size() - 1)) {
            earlier.add(new Message(earlier.size() % 2 == 0 ? Role.USER : Role.ASSISTANT, text));
        }
        session.system(system);
        session.recall(earlier);
        return session.ask(turns.getLast(), piece -> {}, () -> false).text();
    }

    @Override
    public void close() {
        session.close();
        model.close();
    }
}
