package dev.lathe.cli;

import dev.lathe.run.Chat;
import dev.lathe.run.config.Command;
import dev.lathe.run.config.Configuration;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** {@code lathe chat}: its arguments are a configuration file and keys, which the run room reads. */
@CommandLine.Command(
        name = "chat",
        customSynopsis = "lathe chat FILE.yaml [key=value ...] [--key value ...] [--print-config]",
        description = "Talk with a model. FILE.yaml may be the one that trained it; /help lists what can be typed.")
final class ChatCommand implements Runnable {
    private final Map<String, String> environment;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Unmatched
    private List<String> arguments = new ArrayList<>();

    ChatCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public void run() {
        new ConfigurationArguments(Command.CHAT, environment)
                .read(arguments, spec.commandLine().getOut())
                .ifPresent(this::talk);
    }

    private void talk(Configuration configuration) {
        try (Interrupts interrupts = Interrupts.ofTyping("(stopped; /exit leaves)")) {
            new Chat(Terminal.host(environment, interrupts::take), configuration)
                    .run(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        }
    }
}
