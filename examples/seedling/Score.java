import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Scores answers to the held-back questions, by category.
 *
 * <p>{@code java examples/seedling/Score.java heldout.jsonl answers.jsonl [--wrong]}: the answers stand
 * in the order of the questions, one JSON object a line, the text under {@code predict} (as in
 * generated_predictions.jsonl) or {@code answer}. {@code --wrong} also lists what was not right.
 *
 * <p>A number is right if it is the last one of the reply. Anything else is right if the reply has it as
 * whole words, in any case, and has none of the rival answers beside it.
 */
final class Score {
    private static final Pattern NUMBER = Pattern.compile("\\d+");

    private record Row(String category, String question, String answer, List<String> others) {

        static Row of(Map<?, ?> json) {
            List<?> messages = (List<?>) json.get("conversations");
            Map<?, ?> asked = (Map<?, ?>) messages.get(messages.size() - 2);
            return new Row(
                    (String) json.get("category"),
                    (String) asked.get("value"),
                    (String) json.get("answer"),
                    ((List<?>) json.get("others"))
                            .stream().map(String.class::cast).toList());
        }

        boolean rightIn(String reply) {
            if (NUMBER.matcher(answer).matches()) {
                String last = "";
                for (Matcher number = NUMBER.matcher(reply); number.find(); ) {
                    last = number.group();
                }
                return last.equals(answer);
            }
            return says(reply, answer) && others.stream().noneMatch(other -> says(reply, other));
        }

        private static boolean says(String reply, String words) {
            return Pattern.compile("(?<![\\w])" + Pattern.quote(words) + "(?![\\w])", Pattern.CASE_INSENSITIVE)
                    .matcher(reply)
                    .find();
        }
    }

    private record Tally(int right, int asked) {

        Tally plus(boolean one) {
            return new Tally(right + (one ? 1 : 0), asked + 1);
        }

        String line(String category) {
            return "| %s | %d | %d | %.0f %% |".formatted(category, right, asked, 100.0 * right / asked);
        }
    }

    private Score() {}

    public static void main(String[] args) throws IOException {
        if (args.length < 2) {
            System.err.println("usage: java Score.java heldout.jsonl answers.jsonl [--wrong]");
            System.exit(2);
        }
        List<String> questions = Files.readAllLines(Path.of(args[0]));
        List<String> answers = Files.readAllLines(Path.of(args[1]));
        if (questions.size() != answers.size()) {
            System.err.printf(
                    "%s has %d questions, %s has %d answers%n", args[0], questions.size(), args[1], answers.size());
            System.exit(1);
        }
        boolean listWrong = List.of(args).contains("--wrong");
        Map<String, Tally> byCategory = new TreeMap<>();
        Tally all = new Tally(0, 0);
        List<String> wrong = new ArrayList<>();
        for (int i = 0; i < questions.size(); i++) {
            Row row = Row.of((Map<?, ?>) Json.read(questions.get(i)));
            String reply = reply((Map<?, ?>) Json.read(answers.get(i)), i + 1);
            boolean right = row.rightIn(reply);
            byCategory.merge(row.category(), new Tally(0, 0).plus(right), (a, b) -> a.plus(right));
            all = all.plus(right);
            if (!right) {
                wrong.add("%s: %s%n  right: %s%n  said:  %s"
                        .formatted(row.category(), row.question(), row.answer(), reply));
            }
        }
        System.out.println("| category | right | asked | share |\n|---|---|---|---|");
        byCategory.forEach((category, tally) -> System.out.println(tally.line(category)));
        System.out.println(all.line("all"));
        if (listWrong) {
            wrong.forEach(System.out::println);
        }
    }

    private static String reply(Map<?, ?> line, int number) {
        Object text = line.containsKey("predict") ? line.get("predict") : line.get("answer");
        if (text instanceof String reply) {
            return reply;
        }
        System.err.println("answers, line " + number + ": neither predict nor answer holds a text");
        System.exit(1);
        return "";
    }
}
