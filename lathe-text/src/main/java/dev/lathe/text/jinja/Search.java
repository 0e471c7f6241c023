package dev.lathe.text.jinja;

import java.util.ArrayList;
import java.util.List;

/** Finds text in text, and pays for every character compared: a search can be made to compare all with all. */
final class Search {
    private static final int HEAD = 8;

    private final Budget budget;

    Search(Budget budget) {
        this.budget = budget;
    }

    /** The first place from {@code from} on, or -1. */
    int indexOf(String text, String part, int from) {
        String head = part.substring(0, Math.min(HEAD, part.length()));
        int at = text.indexOf(head, from);
        while (at >= 0) {
            int same = head.length();
            while (same < part.length() && at + same < text.length() && text.charAt(at + same) == part.charAt(same)) {
                same++;
            }
            budget.read(same * 2L);
            if (same == part.length()) {
                break;
            }
            at = text.indexOf(head, at + 1);
        }
        budget.read((at < 0 ? text.length() : at) - (long) from);
        return at;
    }

    /** All places, from the left and without overlap, at most {@code most} where that is not negative. */
    List<Integer> places(String text, String part, int most) {
        List<Integer> places = new ArrayList<>();
        int at = 0;
        while (places.size() != most) {
            int found = indexOf(text, part, at);
            if (found < 0) {
                break;
            }
            budget.list(1);
            places.add(found);
            at = found + part.length();
        }
        return places;
    }

    /** All places, from the right and without overlap, in ascending order. */
    List<Integer> placesFromRight(String text, String part, int most) {
        String mirrored = mirrored(text);
        List<Integer> places = new ArrayList<>();
        for (int place : places(mirrored, mirrored(part), most)) {
            places.addFirst(text.length() - place - part.length());
        }
        return places;
    }

    private String mirrored(String text) {
        char[] characters = new char[budget.text(text.length())];
        for (int i = 0; i < characters.length; i++) {
            characters[i] = text.charAt(characters.length - 1 - i);
        }
        return new String(characters);
    }

    /** Python's {@code replace}: an empty part is found between all characters. */
    String replaced(String text, String part, String by, int most) {
        if (part.isEmpty()) {
            return spread(text, by, most);
        }
        List<Integer> places = places(text, part, most);
        long length = text.length() + (long) places.size() * (by.length() - part.length());
        StringBuilder out = new StringBuilder(budget.text(length));
        int from = 0;
        for (int place : places) {
            out.append(text, from, place).append(by);
            from = place + part.length();
        }
        return out.append(text, from, text.length()).toString();
    }

    private String spread(String text, String by, int most) {
        int[] characters = text.codePoints().toArray();
        long gaps = most < 0 ? characters.length + 1L : Math.min(most, characters.length + 1L);
        StringBuilder out = new StringBuilder(budget.text(text.length() + gaps * by.length()));
        for (int i = 0; i <= characters.length; i++) {
            if (i < gaps) {
                out.append(by);
            }
            if (i < characters.length) {
                out.appendCodePoint(characters[i]);
            }
        }
        return out.toString();
    }
}
