package dev.lathe.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import org.junit.jupiter.api.Test;

class IoReasonTest {
    @Test
    void saysMoreThanTheName() {
        assertThat(IoReason.of(new AccessDeniedException("/a"))).isEqualTo("no permission for /a");
        assertThat(IoReason.of(new NoSuchFileException("/a"))).isEqualTo("/a does not exist");
        assertThat(IoReason.of(new FileAlreadyExistsException("/a"))).isEqualTo("/a is a file, and in the way");
        assertThat(IoReason.of(new NotDirectoryException("/a"))).isEqualTo("the system refuses /a");
        assertThat(IoReason.of(new FileSystemException("/a", null, "Read-only file system")))
                .isEqualTo("/a: Read-only file system");
        assertThat(IoReason.of(new MalformedInputException(1))).isEqualTo("it is not UTF-8 text");
        assertThat(IoReason.of(new IOException("No space left on device"))).isEqualTo("No space left on device");
    }
}
