import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Sums, differences, comparisons and orders from 0 to 99. A two-digit number is added in two steps
 * (first its tens, then its ones), which a very small model can learn where it cannot carry in its head.
 */
final class Numbers {
    private static final int ONE_IN = 8;

    private final Dice dice;

    Numbers(Dice dice) {
        this.dice = dice;
    }

    /** One in eight pairs of two-digit numbers is never added (or subtracted) in training. */
    static boolean heldBack(int a, int b) {
        return a >= 10 && b >= 10 && b % 10 != 0 && Dice.heldBack(ONE_IN, Math.max(a, b), Math.min(a, b));
    }

    Question sum(boolean held) {
        while (true) {
            int a = dice.between(0, 99);
            int b = dice.between(0, 99 - a);
            if (heldBack(a, b) == held) {
                String ask = dice.one(
                        "What is %d + %d?",
                        "How much is %d + %d?", "%d + %d = ?", "Add %d and %d.", "What is %d plus %d?");
                return Question.of("sum", ask.formatted(a, b), worked(a, b, 1), a + b);
            }
        }
    }

    Question difference(boolean held) {
        while (true) {
            int a = dice.between(0, 99);
            int b = dice.between(0, a);
            if (heldBack(a, b) == held) {
                String ask =
                        dice.one("What is %d - %d?", "How much is %d - %d?", "%d - %d = ?", "What is %d minus %d?");
                return Question.of("difference", ask.formatted(a, b), worked(a, b, -1), a - b);
            }
        }
    }

    /** A sum (sign 1) or difference (sign -1), a two-digit second number in two steps. */
    private static String worked(int a, int b, int sign) {
        String op = sign > 0 ? "+" : "-";
        int tens = b / 10 * 10;
        int ones = b % 10;
        if (tens == 0 || ones == 0) {
            return "%d %s %d = %d.".formatted(a, op, b, a + sign * b);
        }
        int half = a + sign * tens;
        return "%d %s %d = %d, and %d %s %d = %d.".formatted(a, op, tens, half, half, op, ones, half + sign * ones);
    }

    /** Small numbers in a story of one sentence or two. */
    Question wordProblem(boolean held) {
        while (true) {
            World.Subject who = dice.one(World.people);
            String thing = dice.one(World.THINGS);
            String things = plural(thing);
            int a = dice.between(2, 30);
            int b = dice.between(1, 9);
            boolean more = dice.chance(0.5) || b > a;
            if (Dice.heldBack(ONE_IN, who.name(), things, a, b) != held) {
                continue;
            }
            String he = who.he();
            String told = more
                    ? dice.one(
                            "%s has %d %s. %s finds %d more.",
                            "%s has %d %s. %s buys %d more.", "%s has %d %s. %s gets %d more.")
                    : dice.one(
                            "%s has %d %s. %s loses %d of them.",
                            "%s has %d %s. %s gives away %d of them.", "%s has %d %s. %s sells %d of them.");
            int result = more ? a + b : a - b;
            return Question.of(
                    "word problem",
                    told.formatted(who.name(), a, things, World.capital(he), b)
                            + " How many %s does %s have now?".formatted(things, he),
                    "%d %s %d = %d. %s has %d %s."
                            .formatted(
                                    a, more ? "+" : "-", b, result, who.name(), result, result == 1 ? thing : things),
                    result);
        }
    }

    Question compare(boolean held) {
        while (true) {
            int a = dice.between(0, 99);
            int b = dice.chance(0.3) ? Math.min(99, a / 10 * 10 + dice.between(0, 9)) : dice.between(0, 99);
            if (a == b || Dice.heldBack(ONE_IN, Math.max(a, b), Math.min(a, b)) != held) {
                continue;
            }
            boolean big = dice.chance(0.5);
            int right = big ? Math.max(a, b) : Math.min(a, b);
            int wrong = a + b - right;
            String word = big ? dice.one("bigger", "more", "larger") : dice.one("smaller", "less");
            String ask = dice.one("Which is %s, %d or %d?", "Which number is %s, %d or %d?", "What is %s, %d or %d?");
            return contrast(
                    "compare numbers",
                    ask.formatted(word, a, b),
                    "%d is %s than %d.".formatted(right, word, wrong),
                    Integer.toString(right),
                    Integer.toString(wrong));
        }
    }

    Question compareAnimals(boolean held) {
        while (true) {
            List<World.Subject> two = dice.some(2, World.animals);
            int first = World.animals.indexOf(two.getFirst());
            int second = World.animals.indexOf(two.getLast());
            if (Dice.heldBack(ONE_IN, "animals", Math.max(first, second), Math.min(first, second)) != held) {
                continue;
            }
            boolean big = dice.chance(0.5);
            World.Subject right = big == first > second ? two.getFirst() : two.getLast();
            World.Subject wrong = right == two.getFirst() ? two.getLast() : two.getFirst();
            String word = big ? "bigger" : "smaller";
            return contrast(
                    "compare animals",
                    dice.one("Which is %s, %s or %s?", "Which animal is %s, %s or %s?", "What is %s, %s or %s?")
                            .formatted(
                                    word,
                                    World.a(two.getFirst().name()),
                                    World.a(two.getLast().name())),
                    World.capital(World.a(right.name())) + " is " + word + " than " + World.a(wrong.name()) + ".",
                    World.capital(World.a(right.name())),
                    World.capital(World.a(wrong.name())));
        }
    }

    Question compareAges(boolean held) {
        while (true) {
            List<World.Subject> two = dice.some(2, World.people);
            int first = Integer.parseInt(two.getFirst().value("age"));
            int second = Integer.parseInt(two.getLast().value("age"));
            if (Dice.heldBack(ONE_IN, "ages", Math.max(first, second), Math.min(first, second)) != held) {
                continue;
            }
            boolean old = dice.chance(0.5);
            World.Subject right = old == first > second ? two.getFirst() : two.getLast();
            World.Subject wrong = right == two.getFirst() ? two.getLast() : two.getFirst();
            String word = old ? "older" : "younger";
            return contrast(
                    "compare ages",
                    dice.one("Who is %s, %s or %s?", "Who of the two is %s, %s or %s?")
                            .formatted(
                                    word, two.getFirst().name(), two.getLast().name()),
                    right.name() + " is " + word + " than " + wrong.name() + ".",
                    right.name(),
                    wrong.name());
        }
    }

    private static Question contrast(String category, String ask, String reply, String right, String wrong) {
        String claim = reply.substring(right.length(), reply.indexOf(" than"));
        return Question.of(category, ask, reply, right + claim, List.of(wrong + claim));
    }

    Question sort(boolean held) {
        while (true) {
            int count = dice.between(3, 4);
            List<Integer> numbers =
                    dice.some(count, IntStream.rangeClosed(0, 99).boxed().toList());
            boolean up = dice.chance(0.7);
            List<Integer> sorted = numbers.stream().sorted().toList();
            if (Dice.heldBack(ONE_IN, sorted) != held) {
                continue;
            }
            String ask = up
                    ? dice.one(
                            "Put these numbers in order: %s.",
                            "Sort these numbers: %s.", "Order from small to big: %s.")
                    : dice.one("Sort from big to small: %s.", "Put these numbers in falling order: %s.");
            String right = list(up ? sorted : sorted.reversed());
            return Question.of("sort", ask.formatted(list(numbers)), right + ".", right, List.of());
        }
    }

    Question countOn(boolean held) {
        while (true) {
            int start = dice.between(0, 89);
            int step = dice.one(1, 1, 1, 2, 5, -1);
            int count = dice.between(3, 6);
            if (start + step * count > 99 || start + step * count < 0 || Dice.heldBack(ONE_IN, start, step) != held) {
                continue;
            }
            String ask =
                    switch (step) {
                        case 1 -> "Count %d numbers on from %d.";
                        case -1 -> "Count %d numbers back from %d.";
                        case 2 -> "Count %d numbers on from %d in twos.";
                        default -> "Count %d numbers on from %d in fives.";
                    };
            String right = list(IntStream.rangeClosed(1, count)
                    .mapToObj(i -> start + step * i)
                    .toList());
            return Question.of("count", ask.formatted(count, start), right + ".", right, List.of());
        }
    }

    /** Lines of arithmetic for pre-training: now with the steps, now only the result. */
    String drill() {
        List<String> lines = new ArrayList<>();
        for (int i = dice.between(4, 7); i > 0; i--) {
            Question question = dice.chance(0.5) ? sum(false) : difference(false);
            lines.add(question.reply());
        }
        return String.join(dice.one(" ", "\n"), lines);
    }

    /** The tables that everything else rests on: a number plus or minus one digit, or whole tens. */
    String table() {
        int start = dice.between(0, 99);
        boolean tens = dice.chance(0.3);
        int factor = tens ? 10 : 1;
        List<String> lines = new ArrayList<>();
        for (int digit : dice.some(6, List.of(1, 2, 3, 4, 5, 6, 7, 8, 9))) {
            int b = digit * factor;
            int sign = dice.chance(0.5) ? 1 : -1;
            int result = start + sign * b;
            if (result >= 0 && result <= 99) {
                lines.add(worked(start, b, sign));
            }
        }
        return String.join(" ", lines);
    }

    private static String plural(String thing) {
        return thing.endsWith("x") ? thing + "es" : thing + "s";
    }

    private static String list(List<Integer> numbers) {
        return numbers.stream().map(Object::toString).collect(Collectors.joining(", "));
    }
}
