import java.util.List;

/**
 * One thing that can be said and asked about a subject. In the phrasings {@code {n}} is the name,
 * {@code {v}} the value, {@code {he}} and {@code {his}} the pronouns.
 *
 * @param value the column of the world's table
 * @param statements ways to say it
 * @param asks ways to ask for it in training
 * @param heldAsks ways to ask for it that only the held-back questions use
 * @param reply the full answer
 */
record Topic(String value, List<String> statements, List<String> asks, List<String> heldAsks, String reply) {

    static final List<Topic> PEOPLE = List.of(
            new Topic(
                    "town",
                    List.of("{n} lives in {v}.", "{n}'s home is {v}.", "{n} comes from {v}.", "{he} lives in {v}."),
                    List.of(
                            "Where does {n} live?",
                            "In which town does {n} live?",
                            "Where is {n} from?",
                            "What is {n}'s home town?",
                            "Tell me where {n} lives."),
                    List.of("Which town does {n} come from?", "Where is {n}'s home?"),
                    "{n} lives in {v}."),
            new Topic(
                    "job",
                    List.of("{n} is a {v}.", "{n} works as a {v}.", "{his} job is {v}.", "{he} is the {v} there."),
                    List.of(
                            "What is {n}'s job?",
                            "What does {n} do for a living?",
                            "What work does {n} do?",
                            "Tell me what {n} works as."),
                    List.of("What does {n} work as?", "Tell me {n}'s job."),
                    "{n} is a {v}."),
            new Topic(
                    "pet",
                    List.of("{n} has a {v}.", "{n} keeps a {v}.", "{his} pet is a {v}.", "{he} owns a {v}."),
                    List.of(
                            "What animal does {n} have?",
                            "Which pet does {n} keep?",
                            "What is {n}'s pet?",
                            "Tell me which animal {n} keeps."),
                    List.of("What pet does {n} have?", "Which animal does {n} own?"),
                    "{n} has a {v}."),
            new Topic(
                    "petname",
                    List.of("{n}'s pet is called {v}.", "{n} calls {his} pet {v}.", "{his} animal is named {v}."),
                    List.of(
                            "What is {n}'s pet called?",
                            "What is the name of {n}'s pet?",
                            "How does {n} call {his} pet?",
                            "Tell me the name of {n}'s animal."),
                    List.of("What is {n}'s animal called?", "How is {n}'s pet named?"),
                    "{n}'s pet is called {v}."),
            new Topic(
                    "colour",
                    List.of("{n} likes the colour {v}.", "{n}'s favourite colour is {v}.", "{he} loves {v}."),
                    List.of(
                            "What colour does {n} like?",
                            "What is {n}'s favourite colour?",
                            "Which colour does {n} love?",
                            "Tell me {n}'s favourite colour."),
                    List.of("Which colour does {n} like best?", "What colour is {n}'s favourite?"),
                    "{n}'s favourite colour is {v}."),
            new Topic(
                    "food",
                    List.of("{n} likes to eat {v}.", "{n}'s favourite food is {v}.", "{he} eats {v} every day."),
                    List.of(
                            "What does {n} like to eat?",
                            "What is {n}'s favourite food?",
                            "Which food does {n} like?",
                            "Tell me what {n} eats."),
                    List.of("What food does {n} like to eat?", "Which food is {n}'s favourite?"),
                    "{n} likes to eat {v}."),
            new Topic(
                    "age",
                    List.of("{n} is {v} years old.", "{n}'s age is {v}.", "{he} is {v} years old."),
                    List.of(
                            "How old is {n}?",
                            "What is {n}'s age?",
                            "How many years old is {n}?",
                            "Tell me how old {n} is."),
                    List.of("Tell me {n}'s age.", "What age is {n}?"),
                    "{n} is {v} years old."),
            new Topic(
                    "friend",
                    List.of("{n}'s best friend is {v}.", "{n} is friends with {v}.", "{his} best friend is {v}."),
                    List.of(
                            "Who is {n}'s best friend?",
                            "Who is {n} friends with?",
                            "Which friend does {n} have?",
                            "Tell me who {n}'s friend is."),
                    List.of("Who is the best friend of {n}?", "Tell me {n}'s best friend."),
                    "{n}'s best friend is {v}."));

    static final List<Topic> TOWNS = List.of(
            new Topic(
                    "place",
                    List.of("{n} lies {v}.", "The town of {n} is {v}.", "You find {n} {v}."),
                    List.of("Where is {n}?", "Where does {n} lie?", "Where do I find {n}?", "Tell me where {n} is."),
                    List.of("Where is the town of {n}?", "Tell me where {n} lies."),
                    "{n} lies {v}."),
            new Topic(
                    "flag",
                    List.of("The flag of {n} is {v}.", "{n} has a {v} flag.", "Over {n} flies a {v} flag."),
                    List.of(
                            "What colour is the flag of {n}?",
                            "Which flag does {n} have?",
                            "What does the flag of {n} look like?",
                            "Tell me the colour of {n}'s flag."),
                    List.of("Which colour is {n}'s flag?", "What colour is the flag over {n}?"),
                    "The flag of {n} is {v}."),
            new Topic(
                    "product",
                    List.of("{n} is known for {v}.", "{n} makes {v}.", "People in {n} sell {v}."),
                    List.of(
                            "What is {n} known for?",
                            "What does {n} make?",
                            "What do people in {n} sell?",
                            "Tell me what {n} is known for."),
                    List.of("What do people in {n} make?", "Tell me what {n} sells."),
                    "{n} is known for {v}."),
            new Topic(
                    "sight",
                    List.of("In {n} there is {v}.", "{n} has {v}.", "Visitors of {n} see {v}."),
                    List.of(
                            "What can I see in {n}?",
                            "What is there to see in {n}?",
                            "What do visitors of {n} see?",
                            "Tell me what there is in {n}."),
                    List.of("What can visitors see in {n}?", "Tell me what I can see in {n}."),
                    "In {n} there is {v}."));

    static final List<Topic> ANIMALS = List.of(
            new Topic(
                    "sound",
                    List.of("The {n} {v}.", "When it is hungry, the {n} {v}."),
                    List.of(
                            "What sound does the {n} make?",
                            "What does the {n} do when it is hungry?",
                            "Which sound does {a} make?"),
                    List.of("What sound does {a} make?"),
                    "The {n} {v}."),
            new Topic(
                    "home",
                    List.of("The {n} lives in the {v}.", "The home of the {n} is the {v}.", "{A} sleeps in the {v}."),
                    List.of("Where does the {n} live?", "Where does {a} sleep?", "What is the home of the {n}?"),
                    List.of("Where does the {n} sleep?"),
                    "The {n} lives in the {v}."),
            new Topic(
                    "diet",
                    List.of("The {n} eats {v}.", "The food of the {n} is {v}.", "{A} likes {v}."),
                    List.of("What does the {n} eat?", "What is the food of the {n}?", "Which food does {a} like?"),
                    List.of("What food does the {n} eat?"),
                    "The {n} eats {v}."),
            new Topic(
                    "legs",
                    List.of("The {n} has {v} legs.", "{A} walks on {v} legs."),
                    List.of("How many legs does the {n} have?", "On how many legs does {a} walk?"),
                    List.of("How many legs does {a} have?"),
                    "The {n} has {v} legs."),
            new Topic(
                    "cover",
                    List.of("The {n} is covered with {v}.", "{A} has {v} on its body."),
                    List.of("What covers the {n}?", "What does the {n} have on its body?"),
                    List.of("What does {a} have on its body?"),
                    "The {n} is covered with {v}."));

    static List<Topic> of(World.Subject subject) {
        return switch (subject.kind()) {
            case "person" -> PEOPLE;
            case "town" -> TOWNS;
            case "animal" -> ANIMALS;
            default -> throw new IllegalArgumentException(subject.kind());
        };
    }

    /** A phrasing of this topic filled in for a subject, beginning with a capital letter. */
    String fill(String phrasing, World.Subject subject) {
        String text = phrasing.replace("{n}", subject.name())
                .replace("{v}", subject.value(value))
                .replace("{he}", subject.he())
                .replace("{his}", subject.his())
                .replace("{a}", World.a(subject.name()))
                .replace("{A}", World.a(subject.name()));
        return World.capital(text.replace(" a orange", " an orange").replace(" a owl", " an owl"));
    }
}
