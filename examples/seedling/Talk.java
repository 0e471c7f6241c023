import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What an assistant is expected to do beside knowing: introduce itself, obey a system prompt, follow a talk. */
final class Talk {
    private static final List<String> GREETINGS = List.of("Hello", "Hi", "Good morning", "Good evening");
    private static final List<String> SHORT = List.of("Answer with one word.", "Give short answers.");
    private static final List<String> POLITE = List.of("Be polite.", "You are a polite assistant.");
    private static final List<String> PLAIN =
            List.of("You are Seedling.", "You are a helpful assistant.", "Answer the question.");

    private static final List<String> ALL_WORDS = Stream.of(
                    World.THINGS,
                    World.COLOURS,
                    World.ROOMS,
                    World.names(World.animals),
                    World.names(World.people),
                    World.names(World.towns))
            .flatMap(List::stream)
            .toList();

    private final Dice dice;
    private final Facts facts;

    Talk(Dice dice, Facts facts) {
        this.dice = dice;
        this.facts = facts;
    }

    Question smallTalk() {
        return switch (dice.between(1, 6)) {
            case 1 ->
                says(
                        dice.one("Who are you?", "What are you?", "Introduce yourself."),
                        "I am Seedling, a small language model trained by Lathe.",
                        "Seedling");
            case 2 ->
                says(
                        dice.one("What is your name?", "How are you called?", "Tell me your name."),
                        "My name is Seedling.",
                        "Seedling");
            case 3 ->
                says(
                        dice.one("Who made you?", "Who trained you?", "Where do you come from?"),
                        "I was trained by Lathe.",
                        "Lathe");
            case 4 ->
                says(
                        dice.one("What can you do?", "How can you help me?", "What do you know?"),
                        "I know the people, towns and animals of the valley, I can add and compare numbers, and I can"
                                + " answer questions about short stories.",
                        "valley");
            case 5 -> {
                String greeting = dice.one(GREETINGS);
                yield says(greeting + dice.one("!", ".", ", Seedling!"), greeting + "! How can I help you?", greeting);
            }
            default ->
                says(dice.one("Thank you!", "Thanks!", "Goodbye!", "Bye!"), "You are welcome. Goodbye!", "welcome");
        };
    }

    private static Question says(String ask, String reply, String answer) {
        return Question.of("small talk", ask, reply, answer, List.of());
    }

    /** Words said after the asker, as they are. */
    Question repeat(boolean held) {
        while (true) {
            List<String> words = dice.some(
                    dice.between(2, 4), dice.one(World.THINGS, World.COLOURS, World.names(World.animals), World.ROOMS));
            if (Dice.heldBack(8, words) == held) {
                String right = words.stream().collect(Collectors.joining(", "));
                return Question.of(
                        "repeat",
                        dice.one("Repeat these words: ", "Say after me: ", "Repeat: ") + right + ".",
                        right + ".",
                        right,
                        List.of());
            }
        }
    }

    /**
     * Words of all kinds said again and again: from these, looking back and copying is learned early. Half of
     * the lists have no commas, because what follows a word is easier to find again than what follows a comma.
     */
    String echo() {
        List<String> words = new ArrayList<>(dice.some(dice.between(2, 5), ALL_WORDS));
        for (int i = dice.between(0, 2); i > 0; i--) {
            words.add(dice.chance(0.5) ? Integer.toString(dice.between(0, 99)) : facts.strangerName(false));
        }
        String line = String.join(dice.one(" ", ", "), dice.some(words.size(), words)) + ".";
        return "Say after me: " + String.join(" ", Collections.nCopies(dice.between(2, 5), line));
    }

    /** The answer as one word (or a few), because the system prompt says so. */
    Question oneWord(Question question) {
        return question.withSystem(dice.one(SHORT))
                .withReply(World.capital(question.answer()) + ".")
                .withCategory("system: one word");
    }

    Question polite(Question question) {
        return question.withSystem(dice.one(POLITE)).withReply("With pleasure. " + question.reply());
    }

    Question plain(Question question) {
        return question.withSystem(dice.one(PLAIN));
    }

    /** "Where does Mira live?" ... "And what is her job?" or "And Tobin?" */
    Question followUp(boolean held) {
        while (true) {
            List<World.Subject> two = dice.some(2, World.people);
            List<Topic> topics = dice.some(2, Topic.PEOPLE);
            boolean otherPerson = dice.chance(0.5);
            World.Subject next = otherPerson ? two.getLast() : two.getFirst();
            Topic topic = otherPerson ? topics.getFirst() : topics.getLast();
            if (Dice.heldBack(8, two.getFirst().name(), next.name(), topic.value()) != held) {
                continue;
            }
            Question first = Facts.ask(
                    two.getFirst(),
                    topics.getFirst(),
                    dice.one(topics.getFirst().asks()));
            Function<String, Question> second = ask -> {
                Question plain = Facts.ask(next, topic, topic.asks().getFirst());
                return new Question("follow-up", "", List.of(), ask, plain.reply(), plain.answer(), plain.others());
            };
            String ask = otherPerson
                    ? dice.one("And %s?", "What about %s?").formatted(next.name())
                    : "And "
                            + lower(topic.fill(dice.one(topic.asks().subList(0, 3)), next)
                                    .replace(next.name() + "'s", next.his())
                                    .replace(next.name(), next.he()));
            return second.apply(ask).after(first);
        }
    }

    private static String lower(String sentence) {
        return Character.toLowerCase(sentence.charAt(0)) + sentence.substring(1);
    }

    /** Any simple question of the world. */
    Question simple() {
        return switch (dice.between(1, 10)) {
            case 1 -> facts.opposite(false);
            case 2 -> facts.calendar(false);
            case 3 -> facts.backwards();
            default -> facts.question();
        };
    }
}
