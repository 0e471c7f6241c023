package dev.lathe.text.jinja;

import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoField;
import java.time.temporal.IsoFields;
import java.util.Locale;

/** Now, by Python's (C's) format letters, with English names. Names of time zones are empty, as with Python's now(). */
final class Strftime {
    private Strftime() {}

    static String now(Runtime runtime, String format) {
        runtime.budget().text(format.length() * 16L);
        LocalDateTime now = LocalDateTime.now(runtime.clock());
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            boolean directive = c == '%' && i + 1 < format.length();
            boolean bare = directive && format.charAt(i + 1) == '-' && i + 2 < format.length();
            if (bare) {
                i += 2;
                out.append(withoutZeros(text(now, format.charAt(i))));
            } else if (directive) {
                out.append(text(now, format.charAt(++i)));
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    private static String withoutZeros(String number) {
        String bare = number.replaceFirst("^[0 ]+", "");
        return bare.isEmpty() ? "0" : bare;
    }

    private static String text(LocalDateTime now, char letter) {
        return switch (letter) {
            case 'a' -> by(now, "EEE");
            case 'A' -> by(now, "EEEE");
            case 'b', 'h' -> by(now, "MMM");
            case 'B' -> by(now, "MMMM");
            case 'c' -> by(now, "EEE MMM ppd HH:mm:ss yyyy");
            case 'C' -> by(now, "yyyy").substring(0, 2);
            case 'd' -> by(now, "dd");
            case 'D', 'x' -> by(now, "MM/dd/yy");
            case 'e' -> by(now, "ppd");
            case 'f' -> by(now, "SSSSSS");
            case 'F' -> by(now, "yyyy-MM-dd");
            case 'G' -> String.valueOf(now.get(IsoFields.WEEK_BASED_YEAR));
            case 'H' -> by(now, "HH");
            case 'I' -> by(now, "hh");
            case 'j' -> by(now, "DDD");
            case 'm' -> by(now, "MM");
            case 'M' -> by(now, "mm");
            case 'n' -> "\n";
            case 'p' -> by(now, "a");
            case 'R' -> by(now, "HH:mm");
            case 'S' -> by(now, "ss");
            case 't' -> "\t";
            case 'T', 'X' -> by(now, "HH:mm:ss");
            case 'u' -> String.valueOf(now.get(ChronoField.DAY_OF_WEEK));
            case 'U' -> week(now, now.get(ChronoField.DAY_OF_WEEK) % 7);
            case 'V' -> "%02d".formatted(now.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
            case 'w' -> String.valueOf(now.get(ChronoField.DAY_OF_WEEK) % 7);
            case 'W' -> week(now, now.get(ChronoField.DAY_OF_WEEK) - 1);
            case 'y' -> by(now, "yy");
            case 'Y' -> by(now, "yyyy");
            case 'z', 'Z' -> "";
            case '%' -> "%";
            default -> throw new Failure("strftime_now: Lathe's Jinja does not know %%%s".formatted(letter));
        };
    }

    private static String by(LocalDateTime now, String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.US).format(now);
    }

    /** {@code day}: days since the one that a week begins with. */
    private static String week(LocalDateTime now, int day) {
        return "%02d".formatted((now.getDayOfYear() - 1 + 7 - day) / 7);
    }
}
