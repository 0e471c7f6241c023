package dev.lathe.run.inspect;

import dev.lathe.data.inspect.Lengths;
import dev.lathe.run.report.Plot;
import java.awt.Color;
import java.util.List;
import java.util.stream.Collectors;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.style.CategoryStyler;
import org.knowm.xchart.style.Styler;

/** The lengths of rows as a picture: those that stay whole in one colour, those that are cut in another. */
public record LengthPlot(Facts facts) {
    private static final Color WHOLE = new Color(0x2f, 0x7d, 0x5b);
    private static final Color CUT = new Color(0xd0, 0x4a, 0x3a);
    private static final int BINS = 30;
    private static final int TITLE = 96;

    /** Throws {@link dev.lathe.base.UserError} where the system has no fonts. */
    public byte[] png() {
        return Plot.png(chart());
    }

    private CategoryChart chart() {
        List<Lengths.Bin> bins = facts.inspection().rows().bins(BINS);
        int cutoff = facts.isCut(Integer.MAX_VALUE) ? facts.settings().effectiveCutoffLen() : Integer.MAX_VALUE - 1;
        CategoryChart chart = new CategoryChartBuilder()
                .width(960)
                .height(540)
                .title(Plot.title(TokenText.visible(facts.title()), TITLE))
                .xAxisTitle("tokens of a row, before cutting")
                .yAxisTitle("rows")
                .build();
        style(chart.getStyler());
        List<String> names = bins.stream()
                .map(bin -> ReportText.count(bin.from()) + (bin == bins.getLast() && bins.size() > 1 ? "+" : ""))
                .collect(Collectors.toList());
        CategorySeries whole = chart.addSeries("whole", names, rows(bins, cutoff, false));
        whole.setFillColor(WHOLE);
        if (facts.inspection().rows().longest() > cutoff) {
            CategorySeries cut = chart.addSeries("cut to " + ReportText.count(cutoff), names, rows(bins, cutoff, true));
            cut.setFillColor(CUT);
        } else {
            chart.getStyler().setLegendVisible(false);
        }
        return chart;
    }

    /** Rows of each bin that are cut, or are not. */
    private List<Integer> rows(List<Lengths.Bin> bins, int cutoff, boolean cut) {
        Lengths lengths = facts.inspection().rows();
        return bins.stream()
                .map(bin -> {
                    int longer = Math.min(bin.rows(), lengths.longerThan(cutoff) - lengths.longerThan(bin.to() - 1));
                    int cutHere = Math.max(0, longer);
                    return cut ? cutHere : bin.rows() - cutHere;
                })
                .collect(Collectors.toList());
    }

    private static void style(CategoryStyler style) {
        Plot.style(style, 15);
        style.setStacked(true);
        style.setAvailableSpaceFill(0.94);
        style.setXAxisLabelRotation(45);
        style.setLegendPosition(Styler.LegendPosition.InsideNE);
        style.setYAxisDecimalPattern("#,##0");
    }
}
