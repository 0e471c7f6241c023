import java.util.ArrayList;
import java.util.List;

/** Short stories in which a thing changes hands and people change places, with questions about the end. */
final class Stories {
    private final Dice dice;

    Stories(Dice dice) {
        this.dice = dice;
    }

    /** A story and everything that can be asked about it. */
    record Story(String text, List<Question> questions) {}

    /** One in eight casts (two people and a thing) never meets in training. */
    Story story(boolean held) {
        while (true) {
            List<World.Subject> cast = dice.some(2, World.people);
            String thing = dice.one(World.THINGS);
            String first = cast.getFirst().name();
            String second = cast.getLast().name();
            boolean kept = first.compareTo(second) < 0
                    ? Dice.heldBack(8, first, second, thing)
                    : Dice.heldBack(8, second, first, thing);
            if (kept == held) {
                return tell(cast.getFirst(), cast.getLast(), thing);
            }
        }
    }

    private Story tell(World.Subject first, World.Subject second, String thing) {
        List<String> rooms = dice.some(3, World.ROOMS);
        String colour = dice.one(World.COLOURS);
        String a = first.name();
        String b = second.name();
        List<String> lines = new ArrayList<>();
        lines.add(dice.one(
                        "One morning %s went to the %s.",
                        "%s walked to the %s.", "Early in the day %s was in the %s.", "%s was in the %s.")
                .formatted(a, rooms.get(0)));
        String aRoom = rooms.get(0);
        lines.add(dice.one("%s found %s there.", "%s picked up %s.", "%s took %s from a shelf.")
                .formatted(dice.one(a, World.capital(first.he())), World.a(colour) + " " + thing));
        maybeAside(lines);
        String holder = a;
        String bRoom = rooms.get(1);
        lines.add(dice.one("%s was in the %s.", "%s went to the %s.", "%s ran to the %s.")
                .formatted(b, bRoom));
        boolean given = dice.chance(0.6);
        if (given) {
            aRoom = bRoom;
            lines.add("%s came to the %s and gave the %s to %s.".formatted(a, bRoom, thing, b));
            holder = b;
        }
        maybeAside(lines);
        if (dice.chance(0.5)) {
            boolean firstMoves = dice.chance(0.5);
            String who = firstMoves ? a : b;
            lines.add(dice.one("Then %s went to the %s.", "Later %s walked to the %s.", "At noon %s ran to the %s.")
                    .formatted(who, rooms.get(2)));
            aRoom = firstMoves ? rooms.get(2) : aRoom;
            bRoom = firstMoves ? bRoom : rooms.get(2);
        }
        String holderRoom = holder.equals(a) ? aRoom : bRoom;
        boolean dropped = dice.chance(0.35);
        if (dropped) {
            lines.add(dice.one("%s left the %s in the %s.", "%s put the %s down in the %s.")
                    .formatted(holder, thing, holderRoom));
        }
        String text = String.join(" ", lines);

        List<Question> questions = new ArrayList<>();
        List<String> names = List.of(a, b);
        if (dropped) {
            questions.add(of(
                    "Where is the " + thing + "?",
                    "The " + thing + " is in the " + holderRoom + ".",
                    holderRoom,
                    rooms));
        } else {
            questions.add(of("Who has the " + thing + "?", holder + " has the " + thing + ".", holder, names));
        }
        questions.add(of("Where is " + a + "?", a + " is in the " + aRoom + ".", aRoom, rooms));
        questions.add(of("Where is " + b + "?", b + " is in the " + bRoom + ".", bRoom, rooms));
        questions.add(
                of("What colour is the " + thing + "?", "The " + thing + " is " + colour + ".", colour, World.COLOURS));
        if (given) {
            questions.add(of(
                    "Who gave the " + thing + " to " + b + "?",
                    a + " gave the " + thing + " to " + b + ".",
                    a + " gave",
                    List.of()));
        }
        return new Story(text, List.copyOf(questions));
    }

    private void maybeAside(List<String> lines) {
        if (dice.chance(0.3)) {
            lines.add(dice.one(
                    "The sun was shining.",
                    "It rained a little.",
                    "A " + dice.one("goat", "hen", "dog", "cat", "fox") + " slept under a tree.",
                    "The wind was cold.",
                    "It was a quiet day."));
        }
    }

    private static Question of(String ask, String reply, String answer, List<String> rivals) {
        String category =
                ask.startsWith("Where") ? "story: where" : ask.startsWith("Who") ? "story: who" : "story: what";
        return Question.of(category, ask, reply, answer, rivals);
    }

    /** The story with one of its questions, or two as two turns. */
    Question conversation(boolean held) {
        Story story = story(held);
        List<Question> asked = dice.some(2, story.questions());
        Question first = asked.getFirst();
        Question opened = new Question(
                first.category(),
                "",
                List.of(),
                story.text() + dice.one(" ", "\n") + first.question(),
                first.reply(),
                first.answer(),
                first.others());
        return dice.chance(0.3) ? asked.getLast().after(opened) : opened;
    }

    /** A story for pre-training, most with a question and its answer. */
    String text() {
        Story story = story(false);
        if (dice.chance(0.2)) {
            return story.text();
        }
        StringBuilder text = new StringBuilder(story.text());
        for (Question question : dice.some(dice.between(1, 3), story.questions())) {
            text.append(' ').append(question.question()).append(' ').append(question.reply());
        }
        return text.toString();
    }
}
