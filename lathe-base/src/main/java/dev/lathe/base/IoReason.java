package dev.lathe.base;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Why the system refused a file, in words: of most such errors Java's message is the file's name and no more. */
public final class IoReason {
    private IoReason() {}

    public static String of(IOException e) {
        return switch (e) {
            case AccessDeniedException denied -> "no permission for " + denied.getFile();
            case NoSuchFileException missing -> missing.getFile() + " does not exist";
            case FileAlreadyExistsException existing -> existing.getFile() + " is a file, and in the way";
            case FileSystemException other when other.getReason() == null -> "the system refuses " + other.getFile();
            case CharacterCodingException _ -> "it is not UTF-8 text";
            default -> e.getMessage() == null ? e.toString() : e.getMessage();
        };
    }
}
