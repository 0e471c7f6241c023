package dev.lathe.run.inspect;

import dev.lathe.data.PreparedSet;
import dev.lathe.data.Sample;
import dev.lathe.data.inspect.Sequence;
import dev.lathe.text.Tokenizer;
import java.util.List;
import java.util.stream.Collectors;

/** A sample as part of a page: every token a box that tells its place, id and label when pointed at. */
record PageSample(Tokenizer tokenizer) {
    /**
     * One that can be unfolded.
     *
     * @param why it is shown, or empty
     */
    String of(PreparedSet set, int index, String why, boolean open) {
        List<PreparedSet.Part> parts = set.parts(index);
        StringBuilder page = new StringBuilder(
                "<details class=\"sample\"%s id=\"sample-%d\"><summary><b>Sample %d</b> <span class=\"dim\">%s</span>"
                        .formatted(open ? " open" : "", index, index, origin(parts)));
        if (!why.isEmpty()) {
            page.append(" <span class=\"why\">").append(Html.visible(why)).append("</span>");
        }
        page.append("</summary>");
        for (Sequence sequence : Sequence.of(set.samples().get(index))) {
            Sample sample = sequence.sample();
            page.append("<p class=\"dim\">%s%s tokens, %s trained</p><div class=\"tokens\">"
                    .formatted(
                            sequence.name().isEmpty() ? "" : "<b>" + Html.escaped(sequence.name()) + "</b>: ",
                            ReportText.count(sample.tokens()),
                            ReportText.count(sequence.learnt() ? sample.supervised() : 0)));
            tokens(page, sequence, parts.size() > 1 ? parts : List.of());
            page.append("</div>");
        }
        return page.append("</details>\n").toString();
    }

    private static String origin(List<PreparedSet.Part> parts) {
        String rows = parts.stream()
                .limit(6)
                .map(part -> Html.visible(part.source()) + ":" + part.row())
                .collect(Collectors.joining(", "));
        return parts.size() > 6 ? rows + ", … (%d rows)".formatted(parts.size()) : rows;
    }

    private void tokens(StringBuilder page, Sequence sequence, List<PreparedSet.Part> parts) {
        Sample sample = sequence.sample();
        String[] texts = TokenText.of(tokenizer, sample.inputIds());
        int part = 0;
        int partEnd = 0;
        for (int i = 0; i < texts.length; i++) {
            if (!parts.isEmpty() && i == partEnd) {
                PreparedSet.Part next = parts.get(part++);
                partEnd += next.tokens();
                page.append("<div class=\"segment\">%s:%d · %s tokens</div>"
                        .formatted(Html.visible(next.source()), next.row(), ReportText.count(next.tokens())));
            }
            int id = sample.inputIds()[i];
            int label = sample.labels()[i];
            boolean trained = sequence.learnt() && label != Sample.IGNORED;
            String learnt = !trained ? "not trained" : label == id ? "trained" : "trained as " + label;
            page.append("<i class=\"%s\" title=\"%d · id %d · %s\">".formatted(trained ? "t" : "m", i, id, learnt));
            page.append(Html.escaped(texts[i])).append("<u>").append(id).append("</u></i>");
            if (texts[i].endsWith("⏎")) {
                page.append("<br>");
            }
        }
    }
}
