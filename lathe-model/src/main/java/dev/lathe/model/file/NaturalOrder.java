package dev.lathe.model.file;

import java.util.Comparator;

/** Tensor names part by part at the dots; parts that are numbers by their value and before words, as transformers does. */
record NaturalOrder() implements Comparator<String> {
    @Override
    public int compare(String left, String right) {
        String[] a = left.split("\\.", -1);
        String[] b = right.split("\\.", -1);
        for (int i = 0; i < Math.min(a.length, b.length); i++) {
            int order = compareParts(a[i], b[i]);
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(a.length, b.length);
    }

    private static int compareParts(String a, String b) {
        boolean numberA = a.matches("[0-9]+");
        boolean numberB = b.matches("[0-9]+");
        if (!numberA || !numberB) {
            return numberA == numberB ? a.compareTo(b) : Boolean.compare(numberB, numberA);
        }
        String digitsA = a.replaceFirst("^0+", "");
        String digitsB = b.replaceFirst("^0+", "");
        int byLength = Integer.compare(digitsA.length(), digitsB.length());
        return byLength != 0 ? byLength : digitsA.compareTo(digitsB);
    }
}
