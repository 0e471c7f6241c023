package dev.lathe.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;

/**
 * A page of documentation that is made from the code it documents. With {@code -Dlathe.docs.write=true} its test writes it.
 *
 * @param path below the checkout's root
 * @param test that compares it
 */
public record MadePage(String path, Class<?> test) {
    /** The whole page is {@code text}. */
    public void is(String text) throws IOException {
        isMadeBy(page -> text);
    }

    /** What stands between the two lines is {@code text}. */
    public void hasBetween(String begin, String end, String text) throws IOException {
        isMadeBy(page ->
                page.substring(0, page.indexOf(begin) + begin.length()) + text + page.substring(page.indexOf(end)));
    }

    private void isMadeBy(UnaryOperator<String> making) throws IOException {
        Path page = Reference.checkout().resolve(path);
        String made = making.apply(Files.readString(page));
        if (Boolean.getBoolean("lathe.docs.write")) {
            Files.writeString(page, made);
        }
        assertThat(Files.readString(page)).withFailMessage(this::outOfDate).isEqualTo(made);
    }

    private String outOfDate() {
        String room = test.getPackageName().split("\\.")[2];
        return ("%s is out of date; make it again with%n  mvn -pl lathe-%s -am test -Dtest=%s"
                        + " -Dsurefire.failIfNoSpecifiedTests=false -Dlathe.docs.write=true")
                .formatted(path, room, test.getSimpleName());
    }
}
