package dev.lathe.run.inspect;

import dev.lathe.data.PreparedSet;
import dev.lathe.data.Sample;
import dev.lathe.data.inspect.Sequence;
import dev.lathe.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A sample token by token: each with its id, those that are trained behind a bar and in colour, rows of a pack under a
 * heading each.
 *
 * @param width columns, at least 40
 */
record SampleText(Tokenizer tokenizer, Style style, int width) {
    private static final String TRAINED = "▌";

    /** Lines of sample {@code index}; {@code most} lines a sequence, with a remark where there are more. */
    List<String> of(PreparedSet set, int index, int most) {
        List<PreparedSet.Part> parts = set.parts(index);
        List<Sequence> sequences = Sequence.of(set.samples().get(index));
        List<String> lines = new ArrayList<>();
        String rows = parts.stream()
                .limit(6)
                .map(part -> TokenText.visible(part.source()) + ":" + part.row())
                .collect(Collectors.joining(", "));
        lines.add(style.bold("Sample %d".formatted(index)) + " = " + rows + (parts.size() > 6 ? ", …" : ""));
        for (Sequence sequence : sequences) {
            Sample sample = sequence.sample();
            lines.add(style.dim("  %s%s tokens, %s trained"
                    .formatted(
                            sequence.name().isEmpty() ? "" : sequence.name() + ": ",
                            ReportText.count(sample.tokens()),
                            ReportText.count(sequence.learnt() ? sample.supervised() : 0))));
            List<String> body = body(sequence, parts.size() > 1 ? parts : List.of());
            lines.addAll(body.subList(0, Math.min(most, body.size())));
            if (body.size() > most) {
                lines.add(style.dim("  … %d more lines: --sample %d shows all".formatted(body.size() - most, index)));
            }
        }
        return lines;
    }

    private List<String> body(Sequence sequence, List<PreparedSet.Part> parts) {
        Sample sample = sequence.sample();
        String[] texts = TokenText.of(tokenizer, sample.inputIds());
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        int columns = 0;
        int part = -1;
        int partEnd = 0;
        boolean before = false;
        for (int i = 0; i < texts.length; i++) {
            boolean trained = sequence.learnt() && sample.labels()[i] != Sample.IGNORED;
            String id = Integer.toString(sample.inputIds()[i]);
            String label = trained && sample.labels()[i] != sample.inputIds()[i] ? "→" + sample.labels()[i] : "";
            int wide = TokenText.columns(texts[i]) + 1 + id.length() + label.length() + 2;
            boolean newPart = !parts.isEmpty() && i == partEnd;
            boolean broken = i > 0 && texts[i - 1].endsWith("⏎");
            if (i == 0 || newPart || broken || trained != before || columns + wide > width) {
                flush(lines, line);
                if (newPart) {
                    part++;
                    partEnd += parts.get(part).tokens();
                    lines.add(heading(parts.get(part), part));
                }
                line.append(style.dim("%6d ".formatted(i))).append(trained ? style.trained(TRAINED) : " ");
                columns = 8;
            }
            String text = !trained ? texts[i] : i % 2 == 0 ? style.trained(texts[i]) : style.trainedToo(texts[i]);
            line.append(' ').append(text).append(style.dim("·" + id + label)).append(' ');
            columns += wide;
            before = trained;
        }
        flush(lines, line);
        return lines;
    }

    private String heading(PreparedSet.Part part, int number) {
        return style.dim("  ── segment %d: %s:%d, %s tokens "
                        .formatted(
                                number, TokenText.visible(part.source()), part.row(), ReportText.count(part.tokens())))
                + style.dim("─".repeat(12));
    }

    private static void flush(List<String> lines, StringBuilder line) {
        if (!line.isEmpty()) {
            lines.add(line.toString().stripTrailing());
            line.setLength(0);
        }
    }
}
