package dev.lathe.run.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lathe.base.Disk;
import dev.lathe.base.SafeFiles;
import dev.lathe.train.Event;
import dev.lathe.train.Progress;
import dev.lathe.train.RunSummary;
import dev.lathe.train.StepCost;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LossPlotTest {
    private final Path folder;
    private final History history =
            new History(new History.Settings(new LogRule.Steps(1, false), false, 0), new HandClock());

    LossPlotTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void drawsACurveThatFalls() throws IOException {
        train(200, 50);
        BufferedImage image = plot("training_loss.png");
        assertThat(image.getWidth()).isEqualTo(960);
        // The smoothed curve is the only orange thing outside of the legend: high on the left, low on the right.
        assertThat(heightOfOrange(image, 100, 200)).isLessThan(heightOfOrange(image, 600, 760) - 100);
        assertThat(folder.resolve("training_eval_loss.png")).exists();
    }

    @Test
    void onePointIsEnoughAndNoneIsNoPlot() throws IOException {
        train(1, 10);
        assertThat(plot("training_loss.png").getHeight()).isEqualTo(600);
        assertThat(folder.resolve("training_eval_loss.png")).doesNotExist();
    }

    @Test
    void aLossThatIsNoNumberIsLeftOut() throws IOException {
        train(20, 50);
        history.on(step(21, 21, Double.NaN));
        assertThat(plot("training_loss.png").getHeight()).isEqualTo(600);
    }

    private void train(int steps, int evaluateEvery) {
        Random random = new Random(7);
        for (int i = 1; i <= steps; i++) {
            history.on(step(i, steps, 1.1 + 2.2 * Math.exp(-i / 35.0) + 0.16 * random.nextGaussian()));
            if (i % evaluateEvery == 0) {
                history.on(new Event.Evaluated(
                        progress(i, steps), new LinkedHashMap<>(Map.of("eval_loss", 1.2 + 2 * Math.exp(-i / 40.0)))));
            }
        }
    }

    private BufferedImage plot(String name) throws IOException {
        LossPlot plot = new LossPlot(history, new SafeFiles(Disk.real()), folder, "SmolLM2-135M-Instruct, lora");
        plot.on(new Event.RunFinished(progress(1, 1), new RunSummary(1, 1, 1, 1, false)));
        return Objects.requireNonNull(ImageIO.read(folder.resolve(name).toFile()));
    }

    private static int heightOfOrange(BufferedImage image, int from, int to) {
        long sum = 0;
        long count = 0;
        for (int x = from; x < to; x++) {
            for (int y = 0; y < image.getHeight(); y++) {
                Color color = new Color(image.getRGB(x, y));
                if (color.getRed() > 200 && color.getGreen() < 150 && color.getBlue() < 80) {
                    sum += y;
                    count++;
                }
            }
        }
        assertThat(count).isPositive();
        return (int) (sum / count);
    }

    private static Event.StepDone step(int step, int total, double loss) {
        return new Event.StepDone(progress(step, total), loss, 1, 1e-4, new StepCost(1, 1, 0, 0));
    }

    private static Progress progress(int step, int total) {
        return new Progress(step, total, (double) step / total, step, step);
    }
}
