import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Who lives where and likes what: paragraphs about the world, and questions about its facts. */
final class Facts {
    private static final List<World.Subject> EVERYTHING = Stream.of(World.people, World.towns, World.animals)
            .flatMap(List::stream)
            .toList();

    private final Dice dice;

    Facts(Dice dice) {
        this.dice = dice;
    }

    /** People have most of the facts, so they get most of the words. */
    World.Subject anybody() {
        int pick = dice.between(1, 100);
        return dice.one(pick <= 66 ? World.people : pick <= 80 ? World.towns : World.animals);
    }

    /** A few sentences about one subject; only the first has to name it. */
    String paragraph() {
        World.Subject subject = anybody();
        List<Topic> topics = Topic.of(subject);
        List<String> sentences = new ArrayList<>();
        for (Topic topic : dice.some(dice.between(2, Math.min(6, topics.size())), topics)) {
            List<String> named = topic.statements().stream()
                    .filter(s -> s.contains("{n}") || s.contains("{A}"))
                    .toList();
            List<String> choices = sentences.isEmpty() ? named : topic.statements();
            sentences.add(topic.fill(dice.one(choices), subject));
        }
        return String.join(" ", sentences);
    }

    /** The same fact of several subjects: who is told from whom. */
    String roundUp() {
        List<World.Subject> kind = dice.one(World.people, World.people, World.towns, World.animals);
        Topic topic = dice.one(Topic.of(kind.getFirst()));
        List<String> sentences = new ArrayList<>();
        for (World.Subject subject : dice.some(dice.between(3, 5), kind)) {
            sentences.add(topic.fill(topic.statements().getFirst(), subject));
        }
        return String.join(" ", sentences);
    }

    Question question() {
        World.Subject subject = anybody();
        Topic topic = dice.one(Topic.of(subject));
        return ask(subject, topic, dice.one(topic.asks()));
    }

    static Question ask(World.Subject subject, Topic topic, String phrasing) {
        List<World.Subject> kind =
                EVERYTHING.stream().filter(s -> s.kind().equals(subject.kind())).toList();
        String value = subject.value(topic.value());
        List<String> rivals = value.chars().allMatch(Character::isDigit)
                ? List.of()
                : World.values(kind, topic.value()).stream()
                        .filter(v -> !v.equals(subject.name()))
                        .toList();
        return Question.of(
                "fact: " + subject.kind(),
                topic.fill(phrasing, subject),
                topic.fill(topic.reply(), subject),
                value,
                rivals);
    }

    /** From the value back to the one who has it, where only one has: jobs, names of pets, flags. */
    Question backwards() {
        return switch (dice.between(1, 3)) {
            case 1 ->
                who(
                        dice.one(World.people),
                        "job",
                        dice.one("Who is the {v}?", "Who works as a {v}?"),
                        "{n} is the {v}.");
            case 2 ->
                who(
                        dice.one(World.people),
                        "petname",
                        dice.one("Whose pet is called {v}?", "Who has a pet called {v}?"),
                        "{v} is {n}'s pet.");
            default ->
                who(
                        dice.one(World.towns),
                        "flag",
                        dice.one("Which town has a {v} flag?", "Where does a {v} flag fly?"),
                        "{n} has a {v} flag.");
        };
    }

    private static Question who(World.Subject subject, String topic, String ask, String reply) {
        String value = subject.value(topic);
        List<String> rivals = World.names(subject.kind().equals("town") ? World.towns : World.people);
        return Question.of(
                "fact: backwards",
                ask.replace("{v}", value),
                reply.replace("{v}", value).replace("{n}", subject.name()),
                subject.name(),
                rivals);
    }

    /** A question about somebody whom nobody knows. */
    Question stranger(boolean held) {
        String name = strangerName(held);
        Topic topic = dice.one(Topic.PEOPLE);
        World.Subject stranger = new World.Subject("person", name, "he", "his", Map.of(topic.value(), ""));
        return Question.of(
                "stranger",
                topic.fill(dice.one(topic.asks()), stranger),
                "I do not know anybody called " + name + ".",
                "do not know anybody called " + name,
                List.of());
    }

    /** An invented name that nobody of the world has. */
    String strangerName(boolean held) {
        while (true) {
            String name = dice.one("B", "D", "F", "G", "K", "L", "M", "P", "R", "S", "T", "V", "Z")
                    + dice.one("a", "e", "i", "o", "u")
                    + dice.one("l", "m", "n", "r", "b", "d", "v", "z", "pp", "ll", "rt", "nd")
                    + dice.one("a", "o", "in", "ek", "us", "ia", "y", "en");
            if (!World.names(World.people).contains(name) && Dice.heldBack(10, name) == held) {
                return name;
            }
        }
    }

    Question opposite(boolean held) {
        List<String> pair = dice.some(2, dice.one(World.opposites));
        String word = pair.getFirst();
        String ask = held
                ? dice.one("Tell me the opposite of {w}.", "What is the opposite word of {w}?")
                : dice.one(
                        "What is the opposite of {w}?",
                        "Which word is the opposite of {w}?",
                        "What is not {w}?",
                        "Say the opposite of {w}.");
        List<String> rivals = World.opposites.stream()
                .flatMap(List::stream)
                .filter(w -> !w.equals(word))
                .toList();
        return Question.of(
                "opposite",
                ask.replace("{w}", word),
                "The opposite of " + word + " is " + pair.getLast() + ".",
                pair.getLast(),
                rivals);
    }

    Question calendar(boolean held) {
        List<String> cycle = dice.one(World.DAYS, World.MONTHS);
        int at = dice.between(0, cycle.size() - 1);
        boolean after = dice.chance(0.5);
        String right = cycle.get(Math.floorMod(after ? at + 1 : at - 1, cycle.size()));
        String word = after ? "after" : "before";
        String kind = cycle == World.DAYS ? "day" : "month";
        String ask = held
                ? dice.one("Tell me the %s that comes %s %s.", "What %s is %s %s?")
                : dice.one("Which %s comes %s %s?", "Which %s is %s %s?", "What %s comes %s %s?");
        return Question.of(
                "calendar",
                ask.formatted(kind, word, cycle.get(at)),
                right + " comes " + word + " " + cycle.get(at) + ".",
                right,
                cycle.stream().filter(c -> !c.equals(cycle.get(at))).toList());
    }
}
