package dev.lathe.model.hub;

import dev.lathe.base.Json;
import dev.lathe.base.UserError;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Asks the hub. What may pass by itself (a lost connection, a server in trouble) is an IOException, to be tried again;
 * what will not is a {@link UserError}.
 */
final class HubClient {
    private static final int MAX_REDIRECTS = 10;
    private static final int MAX_LISTING = 64 << 20;
    private static final int MAX_ATTEMPTS = 5;

    private final HubSettings settings;
    private final HttpClient http;
    private final Pauses pauses;
    private final Duration patience;

    HubClient(HubSettings settings, Pauses pauses, Duration patience) {
        this.settings = settings;
        this.pauses = pauses;
        this.patience = patience;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER) // Followed here: the token must stay with its host.
                .connectTimeout(patience)
                .build();
    }

    @FunctionalInterface
    interface Attempt<T> {
        T run() throws IOException;
    }

    /** Repeats what fails by itself, waiting longer each time; the last failure is thrown. */
    <T> T persistently(Attempt<T> attempt) throws IOException {
        for (int failures = 0; ; ) {
            try {
                return attempt.run();
            } catch (IOException e) {
                failures++;
                giveUpOrWait(failures, e);
            }
        }
    }

    void giveUpOrWait(int failures, IOException failure) throws IOException {
        if (failures >= MAX_ATTEMPTS) {
            throw failure;
        }
        pauses.pause(Duration.ofSeconds(1L << (failures - 1)));
    }

    /** Commit and files of a revision. */
    HubListing listing(Repo repo) throws IOException {
        URI uri = uri(encoded(repo.api()) + "/revision/" + URLEncoder.encode(repo.revision(), StandardCharsets.UTF_8)
                + "?blobs=true");
        HttpResponse<InputStream> response = send("GET", uri, 0, true);
        try (StallGuard body = new StallGuard(response.body(), patience)) {
            check(response, repo, "");
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            byte[] buffer = new byte[1 << 16];
            for (int count; (count = body.read(buffer)) >= 0; ) {
                text.write(buffer, 0, count);
                if (text.size() > MAX_LISTING) {
                    throw new UserError(
                            "the hub's list of files of %s is longer than any repository's".formatted(repo));
                }
            }
            return HubListing.of(repo, Json.parse(text.toString(StandardCharsets.UTF_8), uri.toString()));
        }
    }

    /** What a file is, without fetching it. The headers that say so come before a redirect to another host. */
    RemoteFile describe(Repo repo, String commit, String file) throws IOException {
        HttpResponse<InputStream> response = send("HEAD", resolve(repo, commit, file), 0, false);
        try (InputStream body = response.body()) {
            if (response.statusCode() / 100 != 3) {
                check(response, repo, file);
            }
            Optional<String> linked = response.headers().firstValue("X-Linked-Etag");
            Optional<String> etag = linked.or(() -> response.headers().firstValue("ETag"))
                    .map(text -> text.replaceFirst("^W/", "").replace("\"", ""))
                    .filter(text -> text.matches("[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}"));
            OptionalLong size = number(response, linked.isPresent() ? "X-Linked-Size" : "Content-Length");
            if (etag.isEmpty() || size.isEmpty()) {
                throw new UserError("%s does not say what %s of %s is (no ETag or size): is HF_ENDPOINT a model hub?"
                        .formatted(settings.endpoint(), file, repo));
            }
            boolean moved = response.headers()
                    .firstValue("X-Repo-Commit")
                    .filter(seen -> !seen.equals(commit))
                    .isPresent();
            if (moved) {
                throw new IOException("%s changed while it was being fetched".formatted(repo));
            }
            return new RemoteFile(file, etag.get(), size.getAsLong());
        }
    }

    /** The bytes of a file from the given one on, or from its first (status 200) where the server cannot skip. */
    HttpResponse<InputStream> bytes(Repo repo, String commit, String file, long from) throws IOException {
        HttpResponse<InputStream> response = send("GET", resolve(repo, commit, file), from, true);
        if (response.statusCode() != 416) { // Range not satisfiable: the caller starts again.
            check(response, repo, file);
        }
        return response;
    }

    Duration patience() {
        return patience;
    }

    private HttpResponse<InputStream> send(String method, URI start, long from, boolean toOtherHosts)
            throws IOException {
        URI uri = start;
        for (int i = 0; i <= MAX_REDIRECTS; i++) {
            HttpResponse<InputStream> response = once(method, uri, from);
            Optional<String> location = response.headers().firstValue("Location");
            if (response.statusCode() / 100 != 3 || location.isEmpty()) {
                return response;
            }
            URI next = target(uri, location.get());
            if (!toOtherHosts && !own(next)) {
                return response;
            }
            response.body().close();
            uri = next;
        }
        throw new UserError("%s redirects without end".formatted(start));
    }

    private HttpResponse<InputStream> once(String method, URI uri, long from) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .timeout(patience)
                .header("User-Agent", "lathe")
                .header("Accept-Encoding", "identity");
        if (from > 0) {
            request.header("Range", "bytes=" + from + "-");
        }
        if (own(uri)) {
            settings.token().ifPresent(token -> request.header("Authorization", "Bearer " + token));
        }
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserError("the download was stopped; the next one goes on from there", e);
        }
    }

    private static URI target(URI from, String location) throws IOException {
        try {
            URI to = from.resolve(location);
            boolean safe = "https".equals(to.getScheme())
                    || ("http".equals(to.getScheme()) && "http".equals(from.getScheme()));
            if (safe && to.getHost() != null) {
                return to;
            }
        } catch (IllegalArgumentException e) {
            throw new IOException("%s redirects to \"%s\", which is no address".formatted(from, location), e);
        }
        throw new UserError("%s redirects to \"%s\", which is not safe to follow".formatted(from, location));
    }

    private boolean own(URI uri) {
        return Stream.of(uri, settings.endpoint())
                        .map(one -> one.getScheme() + "://" + one.getHost() + ":" + one.getPort())
                        .distinct()
                        .count()
                == 1;
    }

    private void check(HttpResponse<InputStream> response, Repo repo, String file) throws IOException {
        int status = response.statusCode();
        if (status == 200 || status == 206) {
            return;
        }
        response.body().close();
        if (status >= 500 || status == 429 || status == 408 || !own(response.uri())) {
            throw new IOException(
                    "%s answered with status %d".formatted(response.uri().getHost(), status));
        }
        throw new UserError(HubRefusal.of(settings, repo, file, status, response.headers()));
    }

    private static OptionalLong number(HttpResponse<?> response, String header) {
        return response.headers()
                .firstValue(header)
                .filter(text -> text.matches("\\d{1,18}"))
                .map(text -> OptionalLong.of(Long.parseLong(text)))
                .orElse(OptionalLong.empty());
    }

    private URI resolve(Repo repo, String commit, String file) {
        return uri(encoded(repo.page()) + "/resolve/" + commit + "/" + encoded(file));
    }

    private URI uri(String path) {
        return URI.create(settings.endpoint() + "/" + path);
    }

    private static String encoded(String path) {
        return Arrays.stream(path.split("/"))
                .map(part -> URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20"))
                .collect(Collectors.joining("/"));
    }
}
