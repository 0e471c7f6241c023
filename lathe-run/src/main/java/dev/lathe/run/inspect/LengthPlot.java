package dev.lathe.run.inspect;

import dev.lathe.data.inspect.Lengths;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.Collectors;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.style.CategoryStyler;

/** The lengths of rows as a picture: those that stay whole in one colour, those that are cut in another. */
public record LengthPlot(Facts facts) {
    private static final Color WHOLE = new Color(0x2f, 0x7d, 0x5b);
    private static final Color CUT = new Color(0xd0, 0x4a, 0x3a);
    private static final Color INK = new Color(0x33, 0x33, 0x33);
    private static final Color GRID = new Color(0xe4, 0xe4, 0xe4);
    private static final int BINS = 30;
    private static final int TITLE = 96;

    /** Throws {@link dev.lathe.base.UserError} where the system has no fonts. */
    public byte[] png() {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            BitmapEncoder.saveBitmap(chart(), bytes, BitmapEncoder.BitmapFormat.PNG);
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InternalError | LinkageError e) {
            throw new dev.lathe.base.UserError(
                    "--png: there are no fonts on this system; install fontconfig and a font: " + e.getMessage(), e);
        }
    }

    private CategoryChart chart() {
        List<Lengths.Bin> bins = facts.inspection().rows().bins(BINS);
        int cutoff = facts.isCut(Integer.MAX_VALUE) ? facts.settings().effectiveCutoffLen() : Integer.MAX_VALUE - 1;
        String title = TokenText.visible(facts.title());
        CategoryChart chart = new CategoryChartBuilder()
                .width(960)
                .height(540)
                .title(title.length() <= TITLE ? title : title.substring(0, TITLE - 1) + "…")
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
        style.setStacked(true);
        style.setChartBackgroundColor(Color.WHITE);
        style.setChartFontColor(INK);
        style.setChartPadding(18);
        style.setChartTitleBoxVisible(false);
        style.setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 15));
        style.setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 14));
        style.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
        style.setAxisTickLabelsColor(INK);
        style.setPlotBorderVisible(false);
        style.setPlotGridLinesColor(GRID);
        style.setPlotGridLinesStroke(new BasicStroke(1));
        style.setPlotGridVerticalLinesVisible(false);
        style.setAvailableSpaceFill(0.94);
        style.setXAxisLabelRotation(45);
        style.setLegendPosition(org.knowm.xchart.style.Styler.LegendPosition.InsideNE);
        style.setLegendBorderColor(Color.WHITE);
        style.setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13));
        style.setYAxisDecimalPattern("#,##0");
    }
}
