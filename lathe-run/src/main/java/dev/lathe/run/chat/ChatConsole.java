package dev.lathe.run.chat;

import dev.lathe.base.UserError;
import dev.lathe.model.Generation;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A conversation by lines: what is typed is a question or a command, answers are streamed. */
public final class ChatConsole {
    private static final Pattern COMMAND = Pattern.compile("/(?<name>\\p{Alpha}*)(?:\\s+(?<text>.*))?");
    private static final String HELP = """
            /clear         forget the conversation
            /system TEXT   tell the model who it is; without TEXT, what its template says
            /stats         show speed after each answer, or no longer
            /exit          leave; so does the end of input
            Ctrl-C stops an answer. `clear` and `exit` need no slash.""";

    private final ChatSession session;
    private final BufferedReader in;
    private final PrintStream out;
    private final BooleanSupplier interrupted;
    private boolean stats;

    /**
     * @param interrupted asked between tokens whether the user wants no more of this answer; once it has said yes it must
     *     say no again, until the user interrupts the next one
     */
    public ChatConsole(ChatSession session, Reader in, PrintStream out, BooleanSupplier interrupted) {
        this.session = session;
        this.in = new BufferedReader(in);
        this.out = out;
        this.interrupted = interrupted;
    }

    /** Talks until {@code /exit} or the end of input. */
    public void run() {
        out.println("Ask something. /help lists the commands, /exit leaves.");
        boolean more = true;
        while (more) {
            out.print("\nUser: ");
            out.flush();
            more = answer(line());
        }
    }

    private String line() {
        try {
            String line = in.readLine();
            if (line == null) {
                out.println();
                return "/exit";
            }
            return line.strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @return whether to go on */
    private boolean answer(String line) {
        Matcher command = COMMAND.matcher(line.equals("clear") || line.equals("exit") ? "/" + line : line);
        if (!command.matches()) {
            if (!line.isEmpty()) {
                ask(line);
            }
            return true;
        }
        String text = command.group("text") == null ? "" : command.group("text").strip();
        switch (command.group("name").toLowerCase(Locale.ROOT)) {
            case "exit" -> {
                return false;
            }
            case "clear" -> {
                session.clear();
                out.println("The conversation is forgotten.");
            }
            case "system" -> {
                session.system(text);
                out.println(text.isEmpty() ? "The template's own system text holds." : "System text: " + text);
            }
            case "stats" -> {
                stats = !stats;
                out.println(stats ? "Speed is shown after each answer." : "Speed is no longer shown.");
            }
            case "help" -> out.println(HELP);
            default -> out.printf("There is no command /%s; /help lists them.%n", command.group("name"));
        }
        return true;
    }

    private void ask(String question) {
        forgetInterruption();
        out.print("Assistant: ");
        out.flush();
        try {
            Answer answer = session.ask(question, this::show, interrupted);
            out.println();
            notices(answer);
        } catch (UserError e) {
            out.printf("%n(%s)%n", e.getMessage());
        }
    }

    /** One that was made at the prompt, when there was nothing to stop, is not meant for the next answer. */
    @SuppressWarnings("ReturnValueIgnored") // asking takes it
    private void forgetInterruption() {
        interrupted.getAsBoolean();
    }

    private void show(String piece) {
        out.print(piece);
        out.flush();
    }

    private void notices(Answer answer) {
        Generation generation = answer.generation();
        switch (generation.reason()) {
            case STOP_TOKEN -> {}
            case LENGTH -> out.printf("(cut off after %d tokens)%n", generation.ids().length);
            case INTERRUPTED -> out.println("(stopped)");
        }
        if (answer.forgotten() > 0) {
            out.printf(
                    "(the conversation has become too long: its first %s forgotten)%n",
                    answer.forgotten() == 1 ? "question is" : answer.forgotten() + " questions are");
        }
        if (generation.beyondPositions()) {
            out.println("(this is longer than the model was made for; answers become worse)");
        }
        if (stats) {
            out.printf(
                    Locale.ROOT,
                    "(%d tokens of prompt, %d of them known, in %.2f s; %d tokens of answer in %.2f s, %.1f a second)%n",
                    generation.promptTokens(),
                    generation.reusedTokens(),
                    generation.prefillSeconds(),
                    generation.ids().length,
                    generation.decodeSeconds(),
                    generation.tokensPerSecond());
        }
    }
}
