package dev.lathe.model.hub;

import dev.lathe.base.UserError;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Where the hub and its cache are, read from the same variables as the hub's own client reads.
 *
 * @param cache the folder that holds {@code models--org--name}
 * @param endpoint without a slash at its end
 * @param token sent to the endpoint's own host, and to no other
 * @param offline whether nothing may be asked of the network
 */
public record HubSettings(Path cache, URI endpoint, Optional<String> token, boolean offline) {
    private static final String PUBLIC = "https://huggingface.co";
    private static final Set<String> TRUE = Set.of("1", "ON", "YES", "TRUE");

    /**
     * Reads HF_HUB_CACHE (or HF_HOME, XDG_CACHE_HOME, else {@code ~/.cache}), HF_ENDPOINT, HF_TOKEN (or the token file
     * that the hub's login writes; none with HF_HUB_DISABLE_IMPLICIT_TOKEN), HF_HUB_OFFLINE and TRANSFORMERS_OFFLINE.
     *
     * @param home the user's home folder, for {@code ~}
     */
    public static HubSettings of(Map<String, String> environment, Path home) {
        Variables variables = new Variables(environment, home);
        Path base = variables.path("HF_HOME").orElseGet(() -> variables
                .path("XDG_CACHE_HOME")
                .orElse(home.resolve(".cache"))
                .resolve("huggingface"));
        Path cache = Stream.of("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE")
                .flatMap(name -> variables.path(name).stream())
                .findFirst()
                .orElse(base.resolve("hub"));
        boolean offline = variables.isTrue("HF_HUB_OFFLINE") || variables.isTrue("TRANSFORMERS_OFFLINE");
        return new HubSettings(
                cache, endpoint(variables.text("HF_ENDPOINT").orElse(PUBLIC)), token(variables, base), offline);
    }

    private static URI endpoint(String text) {
        try {
            URI uri = URI.create(text.replaceFirst("/+$", ""));
            if (uri.getHost() != null && Set.of("http", "https").contains(String.valueOf(uri.getScheme()))) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            throw new UserError("HF_ENDPOINT is %s, which is no address: %s".formatted(text, e.getMessage()), e);
        }
        throw new UserError("HF_ENDPOINT is %s, which is no address such as %s".formatted(text, PUBLIC));
    }

    private static Optional<String> token(Variables variables, Path base) {
        if (variables.isTrue("HF_HUB_DISABLE_IMPLICIT_TOKEN")) {
            return Optional.empty();
        }
        Optional<String> given = Stream.of("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")
                .flatMap(name -> variables.text(name).stream())
                .findFirst();
        Optional<String> token =
                given.or(() -> fileText(variables.path("HF_TOKEN_PATH").orElse(base.resolve("token"))));
        token.filter(text -> !text.matches("[!-~]+")).ifPresent(text -> {
            throw new UserError("the hub token holds characters that no token has: set HF_TOKEN again");
        });
        return token;
    }

    private static Optional<String> fileText(Path file) {
        try {
            return Files.isRegularFile(file)
                    ? Optional.of(Files.readString(file).strip()).filter(text -> !text.isEmpty())
                    : Optional.empty();
        } catch (IOException e) {
            throw new UserError("the hub token in %s cannot be read: %s".formatted(file, e.getMessage()), e);
        }
    }

    /** The token is a secret, which logs must not show. */
    @Override
    public String toString() {
        return "HubSettings[cache=%s, endpoint=%s, token=%s, offline=%s]"
                .formatted(cache, endpoint, token.isPresent() ? "given" : "none", offline);
    }

    private record Variables(Map<String, String> environment, Path home) {
        Optional<String> text(String name) {
            return Optional.ofNullable(environment.get(name)).map(String::strip).filter(text -> !text.isEmpty());
        }

        Optional<Path> path(String name) {
            return text(name)
                    .map(text -> text.equals("~") || text.startsWith("~/")
                            ? home.resolve(text.substring(Math.min(2, text.length())))
                            : Path.of(text));
        }

        boolean isTrue(String name) {
            return text(name)
                    .map(text -> TRUE.contains(text.toUpperCase(Locale.ROOT)))
                    .orElse(false);
        }
    }
}
