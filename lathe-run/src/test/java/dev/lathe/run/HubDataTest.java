package dev.lathe.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.lathe.base.SafeFiles;
import dev.lathe.data.LoadedData;
import dev.lathe.run.config.Command;
import dev.lathe.run.config.Configuration;
import dev.lathe.run.config.TrainRun;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A data set that dataset_info.json names on the hub is fetched, read, and found again without the hub. */
class HubDataTest {
    private static final String COMMIT = "89abcdef0123456789abcdef0123456789abcdef";
    private static final String ROWS = "{\"instruction\": \"q\", \"output\": \"abc\"}\n".repeat(5);

    private final Path folder;
    private final HttpServer hub;
    private final Map<String, String> asked = new ConcurrentHashMap<>();

    HubDataTest(@TempDir Path folder) throws IOException {
        this.folder = folder;
        this.hub = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        answer(
                "/api/datasets/org/set/revision/v1",
                "{\"sha\": \"%s\", \"siblings\": [{\"rfilename\": \"train.jsonl\", \"size\": %d}, {\"rfilename\": \"test.jsonl\"}]}"
                        .formatted(COMMIT, ROWS.length()));
        answer("/datasets/org/set/resolve/" + COMMIT + "/train.jsonl", ROWS);
        hub.start();
    }

    @AfterEach
    void stop() {
        hub.stop(0);
    }

    private void answer(String path, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        hub.createContext(path, exchange -> {
            asked.put(exchange.getRequestURI().getPath(), exchange.getRequestMethod());
            exchange.getResponseHeaders().set("ETag", "\"etag-of-" + bytes.length + "\"");
            boolean head = exchange.getRequestMethod().equals("HEAD");
            if (head) {
                exchange.getResponseHeaders().set("Content-Length", String.valueOf(bytes.length));
            }
            exchange.sendResponseHeaders(200, head ? -1 : bytes.length);
            if (!head) {
                exchange.getResponseBody().write(bytes);
            }
            exchange.close();
        });
    }

    private LoadedData load(TinyModel tiny, boolean offline) {
        Bench bench = new Bench(folder);
        Host host = bench.host();
        Map<String, String> environment = new HashMap<>(host.environment());
        environment.put("HF_ENDPOINT", "http://127.0.0.1:" + hub.getAddress().getPort());
        environment.put("HF_HUB_OFFLINE", offline ? "1" : "0");
        Host online = new Host(
                environment,
                folder,
                new SafeFiles(Bench.UNSYNCED),
                Clock.systemUTC(),
                new PrintStream(PrintStream.nullOutputStream(), false, StandardCharsets.UTF_8),
                Optional.empty(),
                host.memory(),
                1,
                () -> false);
        List<String> arguments = tiny.arguments(folder.resolve("out"), "cache_dir=" + folder.resolve("hub"));
        TrainRun run = TrainRun.of(Configuration.read(Command.TRAIN, arguments, Map.of()));
        return bench.data(online, run);
    }

    @Test
    void fetchesOnceAndReadsOffline() throws IOException {
        TinyModel tiny = TinyModel.write(folder, 1, 1);
        Files.writeString(
                folder.resolve("data/dataset_info.json"),
                "{\"tiny\": {\"hf_hub_url\": \"org/set\", \"revision\": \"v1\", \"split\": \"train\"}}");
        assertThat(load(tiny, false).train().samples().size()).isEqualTo(5);
        assertThat(folder.resolve("hub/datasets--org--set/snapshots/" + COMMIT + "/train.jsonl"))
                .hasContent(ROWS);
        assertThat(asked).containsKey("/datasets/org/set/resolve/" + COMMIT + "/train.jsonl");
        asked.clear();
        assertThat(load(tiny, true).train().samples().size()).isEqualTo(5);
        assertThat(asked).isEmpty();
    }
}
