package dev.lathe.model.hub;

import dev.lathe.base.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Checks a fetched file against its etag: sha256 of large files, git's blob sha1 of the others. */
final class ContentHash {
    private ContentHash() {}

    /** Throws {@link UserError}, having removed the file, when it is not what the hub announced. */
    static void verify(Repo repo, RemoteFile file, Path content) throws IOException {
        String etag = file.etag();
        if (!etag.matches("[0-9a-f]{40}|[0-9a-f]{64}")) {
            return; // A mirror's own naming: only the size could be checked.
        }
        String found = etag.length() == 64 ? of(content, digest("SHA-256")) : gitBlob(content);
        if (!found.equals(etag)) {
            Files.delete(content);
            throw new UserError(
                    "%s of %s arrived damaged: its hash is %s, the hub announced %s. It was removed; run again to fetch it anew."
                            .formatted(file.name(), repo, found, etag));
        }
    }

    private static String gitBlob(Path content) throws IOException {
        MessageDigest digest = digest("SHA-1");
        digest.update(("blob " + Files.size(content) + "\0").getBytes(StandardCharsets.US_ASCII));
        return of(content, digest);
    }

    private static String of(Path content, MessageDigest digest) throws IOException {
        try (InputStream in = Files.newInputStream(content)) {
            byte[] buffer = new byte[1 << 18];
            for (int count; (count = in.read(buffer)) >= 0; ) {
                digest.update(buffer, 0, count);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has " + algorithm, e);
        }
    }
}
