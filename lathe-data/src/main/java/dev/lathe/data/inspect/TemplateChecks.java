package dev.lathe.data.inspect;

import dev.lathe.base.UserError;
import dev.lathe.text.ChatEncoder;
import dev.lathe.text.ChatTemplate;
import dev.lathe.text.Message;
import dev.lathe.text.Role;
import dev.lathe.text.Slot;
import dev.lathe.text.Template;
import dev.lathe.text.Tokenizer;
import dev.lathe.text.Turn;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Whether the template belongs to the model. */
public final class TemplateChecks {
    private static final Pattern SPECIAL =
            Pattern.compile("<[|｜][^<>|｜\\s]{1,40}[|｜]>|<(?:start|end)_of_turn>|</?s>|<bos>|<eos>");
    private static final List<Message> PROBE =
            List.of(new Message(Role.USER, "Hello?"), new Message(Role.ASSISTANT, "Good day."));

    private TemplateChecks() {}

    /** @param loaded the tokenizer as the model has it, before the template changed it */
    public static List<Finding> of(ChatEncoder encoder, Tokenizer loaded) {
        List<Finding> found = new ArrayList<>();
        Set<String> broken = broken(encoder.template(), encoder.tokenizer());
        if (!broken.isEmpty()) {
            found.add(Finding.warning(
                    "Template %s writes %s, which this tokenizer cuts into pieces"
                            .formatted(encoder.template().name(), String.join(", ", broken)),
                    "the model does not know them as tokens; choose the template that belongs to the model"));
        }
        if (loaded.chatTemplate().isPresent()) {
            otherThanOwn(encoder, loaded, found);
        }
        return found;
    }

    /** Special tokens of the template that are none of the tokenizer. */
    private static Set<String> broken(Template template, Tokenizer tokenizer) {
        Set<String> broken = new TreeSet<>();
        Stream.of(template.prefix(), template.system(), template.user(), template.assistant())
                .flatMap(List::stream)
                .forEach(slot -> {
                    if (slot instanceof Slot.Text(String text)) {
                        for (Matcher token = SPECIAL.matcher(text); token.find(); ) {
                            if (tokenizer.encode(token.group()).length > 1) {
                                broken.add(token.group());
                            }
                        }
                    }
                });
        return broken;
    }

    private static void otherThanOwn(ChatEncoder encoder, Tokenizer loaded, List<Finding> found) {
        String own;
        try {
            own = ChatTemplate.of(loaded).render(PROBE, false);
        } catch (UserError e) {
            return; // a chat template that cannot be rendered says nothing
        }
        String written = encoder.tokenizer().decode(ids(encoder.turns(PROBE, "", "")), false);
        if (!written.strip().equals(own.strip())) {
            found.add(new Finding(
                    Finding.Weight.NOTE,
                    "",
                    "Template %s is not what the model's own chat template writes"
                            .formatted(encoder.template().name()),
                    List.of(
                            "here: " + signed(written),
                            "its own: " + signed(own),
                            "right for a base model; one that can chat already is better trained with its own (leave template out)"),
                    List.of()));
        }
    }

    private static int[] ids(List<Turn> turns) {
        return turns.stream()
                .flatMapToInt(turn -> IntStream.concat(IntStream.of(turn.source()), IntStream.of(turn.target())))
                .toArray();
    }

    private static String signed(String text) {
        return text.replace("\n", "⏎");
    }
}
