package dev.lathe.model.hub;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.lathe.base.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A hub with one repository, org/tiny, which is a model and a data set, and beside it the host that large files are redirected to. Speaks the protocol
 * as the hub's documentation and its own client describe it; does as much wrong as a test asks for.
 */
final class StubHub implements AutoCloseable {
    static final String NAME = "org/tiny";

    /** A request as it came: method, path, the headers that matter. */
    record Request(String server, String method, String path, String authorization, String range) {}

    final List<Request> requests = new CopyOnWriteArrayList<>();
    final Map<String, byte[]> files = new TreeMap<>();
    final AtomicInteger refusals = new AtomicInteger();
    final AtomicInteger cuts = new AtomicInteger();
    volatile String commit = "0123456789abcdef0123456789abcdef01234567";
    volatile int cutAfter;
    volatile int refusal = 503;
    volatile String errorCode = "";
    volatile boolean damaged;
    volatile boolean stalls;
    volatile boolean ignoresRanges;
    volatile String etagOfAll = "";

    private final Map<String, String> listedAs = new ConcurrentHashMap<>();
    private final HttpServer hub;
    private final HttpServer content;

    StubHub() throws IOException {
        hub = server(this::answer);
        content = server(exchange ->
                send(exchange, "content", exchange.getRequestURI().getPath().substring(1)));
        files.put("config.json", "{\"model_type\":\"llama\"}".getBytes(StandardCharsets.UTF_8));
        files.put("tokenizer.json", "{}".getBytes(StandardCharsets.UTF_8));
        files.put("model.safetensors", large(300_000));
    }

    static byte[] large(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static HttpServer server(HttpHandler handler) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                handler.handle(exchange);
            }
        });
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
        return server;
    }

    URI uri() {
        return address(hub);
    }

    private static URI address(HttpServer server) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Lists a file under a false name. */
    void list(String name, String as) {
        listedAs.put(name, as);
    }

    String etag(String file) {
        return large(file) ? sha256(bytes(file)) : gitSha1(bytes(file));
    }

    private byte[] bytes(String file) {
        return files.getOrDefault(file, new byte[0]);
    }

    private static boolean large(String file) {
        return file.endsWith(".safetensors") || file.endsWith(".gguf") || file.endsWith(".parquet");
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getRawPath();
        log("hub", exchange);
        if (refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            if (!errorCode.isEmpty()) {
                exchange.getResponseHeaders().set("X-Error-Code", errorCode);
            }
            exchange.sendResponseHeaders(refusal, -1);
            return;
        }
        if (path.startsWith("/api/models/" + NAME + "/revision/")
                || path.startsWith("/api/datasets/" + NAME + "/revision/")) {
            byte[] listing = Json.compact(listing()).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, listing.length);
            exchange.getResponseBody().write(listing);
            return;
        }
        String prefix = (path.startsWith("/datasets/") ? "/datasets/" : "/") + NAME + "/resolve/" + commit + "/";
        String file =
                URLDecoder.decode(path.substring(Math.min(prefix.length(), path.length())), StandardCharsets.UTF_8);
        if (!path.startsWith(prefix) || !files.containsKey(file)) {
            exchange.sendResponseHeaders(404, -1);
            return;
        }
        exchange.getResponseHeaders().set("X-Repo-Commit", commit);
        if (large(file)) {
            exchange.getResponseHeaders().set("X-Linked-Size", String.valueOf(bytes(file).length));
            exchange.getResponseHeaders()
                    .set("X-Linked-Etag", "\"" + (etagOfAll.isEmpty() ? etag(file) : etagOfAll) + "\"");
            exchange.getResponseHeaders().set("Location", address(content) + "/" + file + "?signature=s");
            exchange.sendResponseHeaders(302, -1);
        } else {
            exchange.getResponseHeaders().set("ETag", "W/\"" + (etagOfAll.isEmpty() ? etag(file) : etagOfAll) + "\"");
            send(exchange, "", file);
        }
    }

    private ObjectNode listing() {
        ObjectNode answer = Json.object().put("sha", commit);
        ArrayNode siblings = answer.putArray("siblings");
        files.forEach((name, bytes) -> siblings.addObject()
                .put("rfilename", listedAs.getOrDefault(name, name))
                .put("size", bytes.length));
        return answer;
    }

    private void send(HttpExchange exchange, String server, String file) throws IOException {
        if (!server.isEmpty()) {
            log(server, exchange);
        }
        byte[] bytes = bytes(file).clone();
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", String.valueOf(bytes.length));
            exchange.sendResponseHeaders(200, -1);
            return;
        }
        if (damaged) {
            bytes[bytes.length - 1] ^= 1;
        }
        String range = exchange.getRequestHeaders().getFirst("Range");
        int from = 0;
        if (range != null && !ignoresRanges) {
            from = Integer.parseInt(range.replaceAll("\\D", ""));
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes " + from + "-" + (bytes.length - 1) + "/" + bytes.length);
        }
        byte[] rest = Arrays.copyOfRange(bytes, from, bytes.length);
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, rest.length == 0 ? -1 : rest.length);
        OutputStream out = exchange.getResponseBody();
        if (large(file) && cuts.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            out.write(rest, 0, Math.min(cutAfter, rest.length));
            out.flush();
            // What was sent should be read before the cut is seen: Java's client drops what it only buffered.
            sleep(stalls ? 20_000 : 200);
            throw new IOException("cut here");
        }
        out.write(rest);
    }

    private static void sleep(long milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void log(String server, HttpExchange exchange) {
        requests.add(new Request(
                server,
                exchange.getRequestMethod(),
                exchange.getRequestURI().getPath(),
                String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")),
                String.valueOf(exchange.getRequestHeaders().getFirst("Range"))));
    }

    /** Requests for contents, not for descriptions. */
    List<Request> fetched() {
        return requests.stream()
                .filter(request ->
                        request.method().equals("GET") && !request.path().startsWith("/api/"))
                .toList();
    }

    private static String sha256(byte[] bytes) {
        return hash("SHA-256", bytes);
    }

    private static String gitSha1(byte[] bytes) {
        byte[] head = ("blob " + bytes.length + "\0").getBytes(StandardCharsets.US_ASCII);
        byte[] whole = Arrays.copyOf(head, head.length + bytes.length);
        System.arraycopy(bytes, 0, whole, head.length, bytes.length);
        return hash("SHA-1", whole);
    }

    private static String hash(String algorithm, byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        hub.stop(0);
        content.stop(0);
    }
}
