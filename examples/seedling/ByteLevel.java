import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How text is cut before byte pairs are merged: every digit alone, then GPT-2's split into words with
 * their leading space (Radford et al. 2019), then bytes written as printable characters.
 */
final class ByteLevel {
    private static final Pattern DIGIT = Pattern.compile("\\p{N}");
    private static final Pattern WORD = Pattern.compile("'s|'t|'re|'ve|'m|'ll|'d"
            + "| ?\\p{L}+| ?\\p{N}+| ?[^\\p{IsWhite_Space}\\p{L}\\p{N}]+"
            + "|\\p{IsWhite_Space}+(?!\\P{IsWhite_Space})|\\p{IsWhite_Space}+");

    private final String[] letters = new String[256];
    private final List<String> alphabet;

    ByteLevel() {
        List<String> printable = new ArrayList<>();
        List<String> moved = new ArrayList<>();
        for (int b = 0; b < 256; b++) {
            boolean shown = b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE;
            letters[b] = Character.toString(shown ? b : 256 + moved.size());
            (shown ? printable : moved).add(letters[b]);
        }
        printable.addAll(moved);
        alphabet = List.copyOf(printable);
    }

    /** The 256 characters that stand for bytes, in the order that they take in a vocabulary. */
    List<String> alphabet() {
        return alphabet;
    }

    /** The words of a text, each as characters of the alphabet. */
    List<String> words(String text) {
        List<String> words = new ArrayList<>();
        int from = 0;
        Matcher digit = DIGIT.matcher(text);
        while (digit.find()) {
            split(text.substring(from, digit.start()), words);
            split(digit.group(), words);
            from = digit.end();
        }
        split(text.substring(from), words);
        return words;
    }

    private void split(String piece, List<String> words) {
        Matcher word = WORD.matcher(piece);
        while (word.find()) {
            StringBuilder spelled = new StringBuilder();
            for (byte b : word.group().getBytes(StandardCharsets.UTF_8)) {
                spelled.append(letters[b & 0xFF]);
            }
            words.add(spelled.toString());
        }
    }
}
