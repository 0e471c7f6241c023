package dev.lathe.model.hub;

import dev.lathe.base.SafeFiles;
import dev.lathe.base.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Models and data sets by name. Reads and writes the hub client's own cache, so both find what either fetched; fetches what is
 * missing, goes on with broken downloads, and believes nothing whose size or hash is wrong.
 */
public final class Hub {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final String TOKENIZER = "tokenizer.json";

    private final HubSettings settings;
    private final HubCache cache;
    private final HubClient client;
    private final PartialFiles partials;
    private final HubProgress progress;

    public Hub(HubSettings settings, SafeFiles files, HubProgress progress) {
        this(settings, files, progress, Pauses.real(), Links.real(), PartialFiles.real(), PATIENCE);
    }

    Hub(
            HubSettings settings,
            SafeFiles files,
            HubProgress progress,
            Pauses pauses,
            Links links,
            PartialFiles partials,
            Duration patience) {
        this.settings = settings;
        this.cache = new HubCache(settings.cache(), files, links, pauses);
        this.client = new HubClient(settings, pauses, patience);
        this.partials = partials;
        this.progress = progress;
    }

    /** Whether the text could be a model's name on the hub, such as {@code org/name}. */
    public static boolean isName(String text) {
        return Repo.isName(text);
    }

    /**
     * The folder of a model or adapter, with configuration, tokenizer and safetensors weights all there. When the hub
     * cannot be reached, or must not be (HF_HUB_OFFLINE), what the cache has is used if it is whole. Throws
     * {@link UserError} when there is no such model, no access, no readable weights, no room, or no network.
     *
     * @param revision branch, tag or commit; {@code main} is the usual one
     */
    public Path model(String name, String revision) {
        Repo repo = new Repo(name, revision);
        Optional<HubListing> listing = listing(repo, FileChoice::lacks);
        if (listing.isEmpty()) {
            return cache.find(repo).orElseThrow();
        }
        HubListing found = listing.get();
        Path snapshot = cache.snapshot(repo, found.commit());
        fetch(repo, found, FileChoice.small(repo, found.sizes().keySet()));
        fetch(repo, found, FileChoice.weights(repo, found.sizes().keySet(), snapshot));
        cache.remember(repo, found.commit());
        return snapshot;
    }

    /** The folder of a model with configuration and tokenizer, whether its weights are there or not; else as {@link #model}. */
    public Path tokenizer(String name, String revision) {
        Repo repo = new Repo(name, revision);
        Optional<HubListing> listing = listing(
                repo,
                snapshot ->
                        Files.isRegularFile(snapshot.resolve(TOKENIZER)) ? Optional.empty() : Optional.of(TOKENIZER));
        if (listing.isEmpty()) {
            return cache.find(repo).orElseThrow();
        }
        HubListing found = listing.get();
        fetch(repo, found, FileChoice.text(found.sizes().keySet()));
        cache.remember(repo, found.commit());
        return cache.snapshot(repo, found.commit());
    }

    /** One file of a repository, a GGUF for example; otherwise as {@link #model}. */
    public Path file(String name, String revision, String file) {
        Repo repo = new Repo(name, revision);
        if (!HubListing.safe(file)) {
            throw new UserError("\"%s\" is no name of a file in a repository".formatted(file));
        }
        Optional<HubListing> listing = listing(
                repo, snapshot -> Files.isRegularFile(snapshot.resolve(file)) ? Optional.empty() : Optional.of(file));
        if (listing.isEmpty()) {
            return cache.find(repo).orElseThrow().resolve(file);
        }
        HubListing found = listing.get();
        if (!found.sizes().containsKey(file)) {
            throw new UserError("%s has no file %s; it holds %s"
                    .formatted(repo, file, String.join(", ", found.sizes().keySet())));
        }
        fetch(repo, found, List.of(file));
        cache.remember(repo, found.commit());
        return cache.snapshot(repo, found.commit()).resolve(file);
    }

    /**
     * The files of a data set's repository, to choose from. When the hub cannot be reached, or must not be, those are
     * offered that it had when it was asked last; to be had are then only those that were fetched.
     *
     * @throws UserError when there is no such data set, no access, or no network and nothing in the cache
     */
    public HubFiles dataset(String name, String revision) {
        Repo repo = new Repo(Repo.Kind.DATASET, name, revision);
        Optional<HubListing> asked = listing(
                repo,
                snapshot -> cache.listing(repo, String.valueOf(snapshot.getFileName()))
                                .isPresent()
                        ? Optional.empty()
                        : Optional.of("the list of its files"));
        asked.ifPresent(found -> cache.rememberListing(repo, found));
        HubListing found = asked.orElseGet(() -> cache.find(repo)
                .flatMap(snapshot -> cache.listing(repo, String.valueOf(snapshot.getFileName())))
                .orElseThrow());
        return new HubFiles(found.sizes().sequencedKeySet(), names -> files(repo, found, names, asked.isPresent()));
    }

    private List<Path> files(Repo repo, HubListing listing, List<String> names, boolean reached) {
        if (reached) {
            fetch(repo, listing, names);
            cache.remember(repo, listing.commit());
        }
        List<String> missing =
                names.stream().filter(name -> !present(repo, listing, name)).toList();
        if (!missing.isEmpty()) {
            throw new UserError(
                    "%s: %s is not in the cache %s, and the hub cannot be asked for it. Run once where there is a network, without HF_HUB_OFFLINE."
                            .formatted(repo, String.join(", ", missing), settings.cache()));
        }
        Path snapshot = cache.snapshot(repo, listing.commit());
        return names.stream().map(snapshot::resolve).toList();
    }

    /** Says what a snapshot lacks for what it is wanted for. */
    @FunctionalInterface
    private interface Need {
        Optional<String> lacks(Path snapshot);
    }

    /** Asks the hub; empty when it could not be asked, but the cache has all that is needed. */
    private Optional<HubListing> listing(Repo repo, Need need) {
        Optional<Path> cached = cache.find(repo);
        Optional<String> lacking = cached.map(need::lacks)
                .orElseGet(() -> Optional.of("any of it"))
                .map(Object::toString);
        if (settings.offline()) {
            if (lacking.isPresent()) {
                throw new UserError(
                        "%s is not in the cache %s (%s is missing), and HF_HUB_OFFLINE forbids to fetch it. Unset it, or run once where there is a network."
                                .formatted(repo, settings.cache(), lacking.get()));
            }
            return Optional.empty();
        }
        try {
            // With a copy at hand nobody should wait for a network that is not there.
            return Optional.of(
                    lacking.isEmpty() ? client.listing(repo) : client.persistently(() -> client.listing(repo)));
        } catch (IOException e) {
            if (lacking.isEmpty()) {
                progress.notice("%s could not be reached (%s): using the cached copy of %s"
                        .formatted(settings.endpoint(), reason(e), repo));
                return Optional.empty();
            }
            throw unreachable(repo, e);
        }
    }

    private void fetch(Repo repo, HubListing listing, List<String> names) {
        List<String> missing =
                names.stream().filter(name -> !present(repo, listing, name)).toList();
        if (missing.isEmpty()) {
            return;
        }
        long bytes = missing.stream()
                .mapToLong(name -> Math.max(0, listing.sizes().getOrDefault(name, 0L)))
                .sum();
        checkRoom(repo, bytes);
        progress.planned(repo.name(), missing.size(), bytes);
        Download download = new Download(client, partials, progress, repo, listing.commit());
        for (String name : missing) {
            RemoteFile file = describe(repo, listing.commit(), name);
            Path blob = cache.blob(repo, file.etag());
            cache.locked(repo, file.etag(), () -> {
                if (!whole(blob, file.size())) {
                    download.fetch(file, blob);
                }
            });
            cache.place(repo, listing.commit(), name, blob);
        }
    }

    private RemoteFile describe(Repo repo, String commit, String name) {
        try {
            return client.persistently(() -> client.describe(repo, commit, name));
        } catch (IOException e) {
            throw unreachable(repo, e);
        }
    }

    /** A commit's files never change, so one that is there, and as long as it should be, is right. */
    private boolean present(Repo repo, HubListing listing, String name) {
        long size = listing.sizes().getOrDefault(name, -1L);
        return whole(cache.snapshot(repo, listing.commit()).resolve(name), size);
    }

    private static boolean whole(Path file, long size) {
        try {
            return Files.isRegularFile(file) && (size < 0 || Files.size(file) == size);
        } catch (IOException e) {
            return false;
        }
    }

    private void checkRoom(Repo repo, long bytes) {
        try {
            Files.createDirectories(settings.cache());
            long room = Files.getFileStore(settings.cache()).getUsableSpace();
            if (room < bytes - cache.begunBytes(repo)) {
                throw new UserError(String.format(
                        Locale.ROOT,
                        "%s needs %,d bytes, but %s has room for %,d: make room, or set HF_HUB_CACHE to a folder on another disk",
                        repo,
                        bytes,
                        settings.cache(),
                        room));
            }
        } catch (IOException e) {
            throw new UserError("the cache %s cannot be used: %s".formatted(settings.cache(), e.getMessage()), e);
        }
    }

    private UserError unreachable(Repo repo, IOException e) {
        return new UserError(
                "%s could not be asked for %s: %s. Check the network, or name a folder that holds the %s."
                        .formatted(
                                settings.endpoint(),
                                repo,
                                reason(e),
                                repo.kind().word()),
                e);
    }

    private static String reason(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
