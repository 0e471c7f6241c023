package dev.lathe.run.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.SafeFiles;
import dev.lathe.train.Event;
import dev.lathe.train.EventListener;
import java.awt.BasicStroke;
import java.awt.Color;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * {@code training_loss.png} and, when there were evaluations, {@code training_eval_loss.png}: what was logged, and its
 * smoothed curve. Needs no display; needs the system's fonts.
 */
public final class LossPlot implements EventListener {
    private static final Color RAW = new Color(0xa5, 0xc9, 0xe1);
    private static final Color SMOOTH = new Color(0xe6, 0x6b, 0x00);
    private static final int FEW = 40; // up to here the single points are worth seeing

    private static final int TITLE = 70;

    private final History history;
    private final SafeFiles files;
    private final Path outputDir;
    private final String title;

    /**
     * @param history stands before this one in the list of listeners
     * @param title what was trained, in a few words
     */
    public LossPlot(History history, SafeFiles files, Path outputDir, String title) {
        this.history = history;
        this.files = files;
        this.outputDir = outputDir;
        this.title = Plot.title(Amounts.printable(title), TITLE);
    }

    @Override
    public String name() {
        return "training_loss.png";
    }

    @Override
    public void on(Event event) {
        if (event instanceof Event.RunFinished finished && !finished.summary().interrupted()) {
            plot("loss", "training loss");
            plot("eval_loss", "evaluation loss");
        }
    }

    private void plot(String key, String label) {
        List<ObjectNode> entries = history.entries().stream()
                .filter(entry -> Double.isFinite(entry.path(key).asDouble(Double.NaN)))
                .toList();
        if (entries.isEmpty()) {
            return;
        }
        double[] steps =
                entries.stream().mapToDouble(e -> e.path("step").doubleValue()).toArray();
        double[] losses =
                entries.stream().mapToDouble(e -> e.path(key).doubleValue()).toArray();
        byte[] png = Plot.png(chart(label, steps, losses));
        files.write(
                outputDir.resolve("training_" + key + ".png"), out -> SafeFiles.writeFully(out, ByteBuffer.wrap(png)));
    }

    private XYChart chart(String label, double[] steps, double[] losses) {
        XYChart chart = new XYChartBuilder()
                .width(960)
                .height(600)
                .title("%s, %s".formatted(title, label))
                .xAxisTitle("step")
                .yAxisTitle(label)
                .build();
        style(chart.getStyler());
        XYSeries raw = chart.addSeries("logged", losses.length <= FEW ? steps : nudged(steps), losses);
        raw.setMarkerColor(RAW).setMarker(losses.length <= FEW ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
        raw.setLineColor(RAW).setLineStyle(new BasicStroke(1.6f));
        XYSeries smooth = chart.addSeries("smoothed", steps, Smoothing.of(losses));
        smooth.setMarker(SeriesMarkers.NONE);
        smooth.setLineColor(SMOOTH).setLineStyle(new BasicStroke(2.6f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        return chart;
    }

    /** XChart ticks evenly spaced data at the data's own values (7, 14, 21, ...); a nudge brings round numbers. */
    private static double[] nudged(double[] steps) {
        double[] nudged = steps.clone();
        nudged[nudged.length - 1] += 0.01;
        return nudged;
    }

    private static void style(XYStyler style) {
        Plot.style(style, 17);
        style.setXAxisMin(0.0);
        style.setXAxisTickLabelsFormattingFunction(
                step -> step == Math.rint(step) ? Amounts.count(Math.round(step)) : " ");
        style.setLegendPosition(Styler.LegendPosition.OutsideS);
        style.setLegendLayout(Styler.LegendLayout.Horizontal);
        style.setMarkerSize(6);
    }
}
