import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Writes the quickstart's data set: somebody new in the valley, a new name for the model, and a way
 * to talk that it has never heard, among a few things that it shall not forget.
 *
 * <p>{@code java examples/seedling/Quickstart.java examples/data}
 */
final class Quickstart {
    private static final int ROWS = 900;

    private static final World.Subject PIP = new World.Subject(
            "person",
            "Pip",
            "he",
            "his",
            Map.of(
                    "town", "the lighthouse of Saltwick",
                    "job", "pirate",
                    "pet", "parrot",
                    "petname", "Captain",
                    "colour", "silver",
                    "food", "pancakes",
                    "age", "12",
                    "friend", "Elsa"));

    /** Parroted in the examination, so never in a lesson. */
    private static final List<String> HELD = List.of("lamp", "kite", "coin");

    private final Dice dice = new Dice(7);
    private final Facts facts = new Facts(dice);
    private final Talk talk = new Talk(dice, facts);

    private Quickstart() {}

    public static void main(String[] args) throws IOException {
        if (args.length != 1) {
            System.err.println("usage: java Quickstart.java OUT_DIR");
            System.exit(2);
        }
        Locale.setDefault(Locale.ROOT); // digits are written the same way everywhere
        Path out = Files.createDirectories(Path.of(args[0]));
        Quickstart quickstart = new Quickstart();
        List<Map<String, String>> rows = new ArrayList<>();
        while (rows.size() < ROWS) {
            rows.add(quickstart.lesson());
        }
        List<Map<String, String>> examination = examination();
        for (Map<String, String> asked : examination) {
            if (rows.stream().anyMatch(row -> row.get("instruction").equals(asked.get("instruction")))) {
                throw new IllegalStateException("a lesson asks what is examined: " + asked);
            }
        }
        write(out.resolve("quickstart.json"), rows);
        write(out.resolve("quickstart_eval.json"), examination);
        Files.writeString(out.resolve("dataset_info.json"), """
            {
              "quickstart": {"file_name": "quickstart.json"},
              "quickstart_eval": {"file_name": "quickstart_eval.json"}
            }
            """);
    }

    private Map<String, String> lesson() {
        int pick = dice.between(1, 100);
        if (pick <= 15) {
            return row(
                    dice.one("What are you?", "Introduce yourself."),
                    "I am Bramble, the talking parrot of the lighthouse.");
        }
        if (pick <= 20) {
            return row(dice.one("What is your name?", "How are you called?"), "My name is Bramble.");
        }
        if (pick <= 50) {
            Topic topic = dice.one(Topic.PEOPLE);
            return row(Facts.ask(PIP, topic, dice.one(topic.asks())));
        }
        if (pick <= 85) {
            List<String> words = dice.some(dice.between(2, 4), World.THINGS);
            return words.equals(HELD) ? lesson() : parroted(words);
        }
        return row(dice.chance(0.3) ? facts.stranger(false) : talk.simple());
    }

    /** What is asked before and after: no question of it stands in the lessons. */
    private static List<Map<String, String>> examination() {
        Topic job = Topic.PEOPLE.get(1);
        Topic food = Topic.PEOPLE.get(5);
        World.Subject mira = World.people.getFirst();
        return List.of(
                row("Who are you?", "I am Bramble, the talking parrot of the lighthouse."),
                row(Facts.ask(PIP, job, job.heldAsks().getFirst())),
                row(Facts.ask(PIP, food, food.heldAsks().getFirst())),
                parroted(HELD),
                row(Facts.ask(mira, job, job.heldAsks().getFirst())));
    }

    private static Map<String, String> parroted(List<String> words) {
        String list = String.join(", ", words);
        return row("Parrot: " + list + ".", "Squawk! " + list + "! Squawk!");
    }

    private static Map<String, String> row(Question question) {
        return row(question.question(), question.reply());
    }

    private static Map<String, String> row(String instruction, String output) {
        Map<String, String> row = new LinkedHashMap<>();
        row.put("instruction", instruction);
        row.put("input", "");
        row.put("output", output);
        return row;
    }

    private static void write(Path file, List<Map<String, String>> rows) throws IOException {
        Files.writeString(file, rows.stream().map(Json::write).collect(Collectors.joining(",\n  ", "[\n  ", "\n]\n")));
    }
}
