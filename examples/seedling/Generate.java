import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Writes everything seedling learns from, and the questions it is tested with.
 *
 * <p>{@code java examples/seedling/Generate.java OUT_DIR [--seed N] [--documents N] [--conversations N]
 * [--questions N]}. The same seed gives the same bytes on every machine.
 */
final class Generate {
    private static final int DOCUMENTS = 100_000;
    /** One in so many of the pre-training texts belongs to the beginning. */
    private static final int COPYING_FIRST = 8;

    private static final int CONVERSATIONS = 36_000;
    private static final int QUESTIONS_EACH = 40;

    private final Dice dice;
    private final Facts facts;
    private final Numbers numbers;
    private final Stories stories;
    private final Talk talk;

    private Generate(long seed) {
        this.dice = new Dice(seed);
        this.facts = new Facts(dice);
        this.numbers = new Numbers(dice);
        this.stories = new Stories(dice);
        this.talk = new Talk(dice, facts);
    }

    public static void main(String[] args) throws IOException {
        Map<String, Long> options = new TreeMap<>(Map.of(
                "--seed", 1L,
                "--documents", (long) DOCUMENTS,
                "--conversations", (long) CONVERSATIONS,
                "--questions", (long) QUESTIONS_EACH));
        if (args.length % 2 == 0) {
            System.err.println("usage: java Generate.java OUT_DIR " + String.join(" N ", options.keySet()) + " N");
            System.exit(2);
        }
        for (int i = 1; i < args.length; i += 2) {
            if (options.replace(args[i], Long.parseLong(args[i + 1])) == null) {
                System.err.println(args[i] + ": no such option; there are " + options.keySet());
                System.exit(2);
            }
        }
        Locale.setDefault(Locale.ROOT); // digits are written the same way everywhere
        Path out = Files.createDirectories(Path.of(args[0]));
        long seed = options.get("--seed");
        Generate pretrain = new Generate(seed);
        long documents = options.get("--documents");
        AtomicLong written = new AtomicLong();
        write(
                out.resolve("pretrain.jsonl"),
                documents,
                () -> Map.of("text", pretrain.document(written.getAndIncrement() * COPYING_FIRST < documents)));
        Generate instruct = new Generate(seed + 1);
        write(out.resolve("instruct.jsonl"), options.get("--conversations"), () -> instruct.conversation()
                .conversation());
        List<Question> held =
                new Generate(seed + 2).heldBack(options.get("--questions").intValue());
        var rows = held.iterator();
        write(out.resolve("heldout.jsonl"), held.size(), () -> rows.next().scored());
        Files.writeString(out.resolve("dataset_info.json"), DATASET_INFO);
    }

    /**
     * One text of the pre-training set. In the beginning most are for copying: stories, sums and talks with
     * strangers all need it, and it is learned all at once or not at all, so it comes first and thick.
     */
    private String document(boolean beginning) {
        if (beginning && dice.chance(0.9)) {
            return talk.echo();
        }
        int pick = dice.between(1, 100);
        if (pick <= 24) {
            return facts.paragraph();
        }
        if (pick <= 28) {
            return facts.roundUp();
        }
        if (pick <= 42) {
            return lines(() -> dice.chance(0.7) ? talk.simple() : numbers.compareAges(false));
        }
        if (pick <= 52) {
            return numbers.drill();
        }
        if (pick <= 57) {
            return numbers.table();
        }
        if (pick <= 68) {
            return lines(this::aboutNumbers);
        }
        if (pick <= 76) {
            return talk.echo();
        }
        return stories.text();
    }

    /** Questions with their answers as plain text: what is known becomes something that can be asked for. */
    private String lines(Supplier<Question> questions) {
        List<String> lines = new ArrayList<>();
        for (int i = dice.between(2, 4); i > 0; i--) {
            Question question = questions.get();
            lines.add(question.question() + " " + question.reply());
        }
        return String.join(dice.one(" ", "\n"), lines);
    }

    private Question aboutNumbers() {
        return switch (dice.between(1, 8)) {
            case 1, 2 -> numbers.compare(false);
            case 3 -> numbers.compareAnimals(false);
            case 4 -> numbers.sort(false);
            case 5 -> numbers.countOn(false);
            case 6 -> numbers.wordProblem(false);
            case 7 -> numbers.difference(false);
            default -> numbers.sum(false);
        };
    }

    /** One row of the instruction set. */
    private Question conversation() {
        int pick = dice.between(1, 100);
        if (pick <= 30) {
            Question question = talk.simple();
            return switch (dice.between(1, 10)) {
                case 1, 2, 3 -> talk.oneWord(question);
                case 4 -> talk.polite(question);
                case 5 -> talk.plain(question);
                default -> question;
            };
        }
        if (pick <= 40) {
            return talk.followUp(false);
        }
        if (pick <= 60) {
            return dice.chance(0.1) ? talk.plain(aboutNumbers()) : aboutNumbers();
        }
        if (pick <= 66) {
            return numbers.compareAges(false);
        }
        if (pick <= 86) {
            return stories.conversation(false);
        }
        if (pick <= 90) {
            return facts.stranger(false);
        }
        if (pick <= 95) {
            return talk.repeat(false);
        }
        return talk.smallTalk();
    }

    /** The test: for every category the same number of questions, none asked in training. */
    private List<Question> heldBack(int each) {
        List<Supplier<Question>> sources = List.of(
                () -> heldFact(World.people),
                () -> heldFact(World.towns),
                () -> heldFact(World.animals),
                () -> facts.opposite(true),
                () -> facts.calendar(true),
                () -> facts.stranger(true),
                () -> numbers.sum(true),
                () -> numbers.difference(true),
                () -> numbers.wordProblem(true),
                () -> numbers.compare(true),
                () -> numbers.compareAnimals(true),
                () -> numbers.compareAges(true),
                () -> numbers.sort(true),
                () -> numbers.countOn(true),
                () -> ofKind("story: who"),
                () -> ofKind("story: where"),
                () -> ofKind("story: what"),
                () -> talk.followUp(true),
                () -> talk.oneWord(heldFact(dice.one(World.people, World.towns, World.animals))),
                () -> talk.repeat(true));
        List<Question> all = new ArrayList<>();
        for (Supplier<Question> source : sources) {
            Set<Question> different = new LinkedHashSet<>();
            for (int tries = 0; different.size() < each && tries < each * 20; tries++) {
                different.add(source.get());
            }
            all.addAll(different);
        }
        return all;
    }

    private Question heldFact(List<World.Subject> subjects) {
        World.Subject subject = dice.one(subjects);
        Topic topic = dice.one(Topic.of(subject));
        return Facts.ask(subject, topic, dice.one(topic.heldAsks()));
    }

    private Question ofKind(String category) {
        while (true) {
            Question question = stories.conversation(true);
            if (question.category().equals(category)) {
                return question;
            }
        }
    }

    private static void write(Path file, long rows, Supplier<Map<String, ?>> row) throws IOException {
        long characters = 0;
        try (BufferedWriter writer = Files.newBufferedWriter(file)) {
            for (long i = 0; i < rows; i++) {
                String line = Json.write(row.get());
                characters += line.length() + 1;
                writer.write(line);
                writer.write('\n');
            }
        }
        System.out.printf("%-16s %,9d rows %,12d bytes%n", file.getFileName(), rows, characters);
    }

    private static final String DATASET_INFO = """
        {
          "seedling_pretrain": {"file_name": "pretrain.jsonl", "columns": {"prompt": "text"}},
          "seedling_instruct": {
            "file_name": "instruct.jsonl",
            "formatting": "sharegpt",
            "columns": {"messages": "conversations", "system": "system"}
          },
          "seedling_heldout": {
            "file_name": "heldout.jsonl",
            "formatting": "sharegpt",
            "columns": {"messages": "conversations", "system": "system"}
          }
        }
        """;
}
