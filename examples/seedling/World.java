import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The small closed world that seedling knows by heart: a valley with eight towns, twenty-four people
 * and sixteen kinds of animal. The world never changes; a seed only changes how it is talked about.
 */
final class World {

    /** Somebody or something that has facts: {@code kind} is person, town or animal; values by topic. */
    record Subject(String kind, String name, String he, String his, Map<String, String> values) {

        String value(String topic) {
            return values.get(topic);
        }
    }

    private static final String PEOPLE = """
        name|he|town|job|pet|petname|colour|food|age|friend
        Mira|she|Oakmere|baker|goat|Pebble|green|plums|34|Tobin
        Tobin|he|Fernby|miller|dog|Rusty|brown|cheese|41|Mira
        Elsa|she|Saltwick|sailor|cat|Anchor|blue|fish|29|Bruno
        Bruno|he|Brackwater|smith|horse|Thunder|black|bread|52|Elsa
        Nora|she|Highmoor|shepherd|sheep|Cloud|white|soup|63|Oskar
        Oskar|he|Willowden|potter|duck|Button|orange|pears|38|Nora
        Lina|she|Larkhill|singer|owl|Whisper|purple|berries|23|Felix
        Felix|he|Stonebridge|mason|donkey|Gravel|grey|nuts|47|Lina
        Greta|she|Oakmere|doctor|hen|Clover|red|apples|56|Hugo
        Hugo|he|Fernby|beekeeper|bear|Honeypot|yellow|cake|71|Greta
        Ada|she|Brackwater|teacher|mouse|Comma|pink|noodles|31|Pavel
        Pavel|he|Saltwick|fisher|goose|Pirate|blue|carrots|44|Ada
        Sonja|she|Highmoor|weaver|sheep|Woolly|red|honey|67|Anton
        Anton|he|Willowden|gardener|frog|Lily|green|soup|59|Sonja
        Tilda|she|Larkhill|painter|fox|Amber|orange|cheese|26|Emil
        Emil|he|Stonebridge|carpenter|dog|Timber|brown|apples|36|Tilda
        Rosa|she|Oakmere|tailor|cat|Needle|purple|cake|49|Viktor
        Viktor|he|Brackwater|cook|pig|Truffle|white|plums|54|Rosa
        Wanda|she|Fernby|farmer|cow|Daisy|yellow|bread|61|Kasper
        Kasper|he|Saltwick|postman|horse|Arrow|red|nuts|28|Wanda
        Ines|she|Highmoor|hunter|dog|Shadow|grey|berries|33|Jonas
        Jonas|he|Larkhill|clockmaker|owl|Midnight|black|pears|76|Ines
        Frida|she|Willowden|librarian|hen|Chapter|pink|honey|42|Leon
        Leon|he|Stonebridge|cobbler|goat|Buckle|green|noodles|39|Frida
        """;

    private static final String TOWNS = """
        name|place|flag|product|sight
        Oakmere|by the lake|green|wooden boats|an old mill
        Fernby|in the forest|brown|mushrooms|a hollow oak
        Brackwater|at the river mouth|grey|iron pots|a great forge
        Saltwick|by the sea|blue|salt|a lighthouse
        Highmoor|on the moor|white|wool|a ring of stones
        Willowden|among the meadows|yellow|clay jugs|a walled garden
        Larkhill|on a hill|red|songs|a bell tower
        Stonebridge|in the gorge|black|marble|a long bridge
        """;

    /** From the smallest to the biggest. */
    private static final String ANIMALS = """
        name|sound|home|diet|legs|cover
        mouse|squeaks|hole|seeds|four|fur
        frog|croaks|pond|flies|four|skin
        owl|hoots|tree|mice|two|feathers
        hen|clucks|coop|grain|two|feathers
        duck|quacks|reeds|weeds|two|feathers
        cat|meows|house|fish|four|fur
        goose|honks|yard|clover|two|feathers
        fox|yelps|den|berries|four|fur
        dog|barks|kennel|bones|four|fur
        goat|bleats|hillside|leaves|four|hair
        sheep|baas|fold|grass|four|wool
        pig|grunts|sty|roots|four|bristles
        donkey|brays|stable|thistles|four|hair
        bear|growls|cave|honey|four|fur
        cow|moos|barn|hay|four|hide
        horse|neighs|paddock|oats|four|hair
        """;

    private static final String OPPOSITES = """
        hot cold, big small, tall short, fast slow, old new, wet dry, full empty, light dark, happy sad,
        open closed, hard soft, loud quiet, rich poor, clean dirty, strong weak, early late, up down, left right,
        day night, summer winter, first last, near far, thick thin, sweet sour, deep shallow,
        wide narrow, brave afraid, rough smooth, above below, inside outside, asleep awake, true false, push pull\
        """;

    static final List<String> DAYS =
            List.of("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday");
    static final List<String> MONTHS = List.of(
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December");
    static final List<String> THINGS = List.of(
            "ball", "book", "lamp", "key", "cup", "drum", "rope", "basket", "coin", "hat", "kite", "bell", "spoon",
            "box", "letter", "whistle");
    static final List<String> ROOMS = List.of(
            "kitchen",
            "garden",
            "barn",
            "market",
            "mill",
            "school",
            "tower",
            "orchard",
            "cellar",
            "library",
            "harbour",
            "workshop");
    static final List<String> COLOURS =
            List.of("red", "blue", "green", "yellow", "brown", "black", "white", "grey", "orange", "purple", "pink");

    static final List<Subject> people = read("person", PEOPLE);
    static final List<Subject> towns = read("town", TOWNS);
    static final List<Subject> animals = read("animal", ANIMALS);
    /** Pairs of words that mean the opposite of one another. */
    static final List<List<String>> opposites = pairs();

    private World() {}

    /** All values that the subjects of a kind have for a topic, each once. */
    static List<String> values(List<Subject> subjects, String topic) {
        return subjects.stream().map(s -> s.value(topic)).distinct().sorted().toList();
    }

    static List<String> names(List<Subject> subjects) {
        return subjects.stream().map(Subject::name).toList();
    }

    /** "a goat", "an owl". */
    static String a(String noun) {
        return ("aeiou".indexOf(noun.charAt(0)) >= 0 ? "an " : "a ") + noun;
    }

    static String capital(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }

    private static List<Subject> read(String kind, String table) {
        List<String> lines = table.lines().toList();
        String[] topics = lines.getFirst().split("\\|");
        List<Subject> subjects = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            String[] cells = line.split("\\|");
            Map<String, String> values = new LinkedHashMap<>();
            for (int i = 0; i < topics.length; i++) {
                values.put(topics[i], cells[i]);
            }
            String he = values.getOrDefault("he", "it");
            String his =
                    switch (he) {
                        case "she" -> "her";
                        case "he" -> "his";
                        default -> "its";
                    };
            subjects.add(new Subject(kind, cells[0], he, his, Map.copyOf(values)));
        }
        return List.copyOf(subjects);
    }

    private static List<List<String>> pairs() {
        List<List<String>> pairs = new ArrayList<>();
        for (String pair : OPPOSITES.replace('\n', ' ').split(",\\s*")) {
            pairs.add(List.of(pair.strip().split(" ")));
        }
        return List.copyOf(pairs);
    }
}
