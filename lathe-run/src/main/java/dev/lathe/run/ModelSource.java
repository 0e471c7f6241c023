package dev.lathe.run;

import dev.lathe.base.UserError;
import dev.lathe.data.DatasetHub;
import dev.lathe.model.LoadedModel;
import dev.lathe.model.hub.Hub;
import dev.lathe.model.hub.HubFiles;
import dev.lathe.model.hub.HubSettings;
import dev.lathe.run.config.ModelConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Finds what {@code model_name_or_path} and {@code adapter_name_or_path} name, and what data sets name on the hub. */
final class ModelSource {
    private static final String BUNDLED = "lathe:";

    private final Host host;
    private final ModelConfig config;

    ModelSource(Host host, ModelConfig config) {
        this.host = host;
        this.config = config;
    }

    /** Folder or GGUF file of the model; fetched from the hub if need be. */
    Path base() {
        return locate(config.nameOrPath(), "model_name_or_path", Hub::model);
    }

    /** The same with its tokenizer; its weights may be missing. */
    Path tokenizer() {
        return locate(config.nameOrPath(), "model_name_or_path", Hub::tokenizer);
    }

    /** What is fetched of a repository on the hub. */
    @FunctionalInterface
    private interface Fetch {
        Path from(Hub hub, String name, String revision);
    }

    /** @param seed of fresh weights, where they are asked for */
    LoadedModel open(long seed) {
        String name = config.nameOrPath();
        Path path = base();
        return config.fromScratch() ? LoadedModel.fresh(name, path, seed) : LoadedModel.open(name, path);
    }

    /** Folders of the adapters, in the order given. */
    List<Path> adapters() {
        return config.adapters().stream()
                .map(name -> locate(name, "adapter_name_or_path", Hub::model))
                .toList();
    }

    private Path locate(String name, String key, Fetch fetch) {
        if (name.startsWith(BUNDLED)) {
            return new BundledModels(host.cache().resolve("models"), host.cacheFiles())
                    .folder(name.substring(BUNDLED.length()));
        }
        Path path = Path.of(name.startsWith("~/") ? host.home() + name.substring(1) : name);
        if (Files.exists(path)) {
            return path;
        }
        if (!Hub.isName(name) || path.isAbsolute() || name.startsWith(".")) {
            throw new UserError(
                    "%s: %s is not there. Give a model's folder, a GGUF file, a name on the hub (org/name), or lathe:seedling"
                            .formatted(key, name));
        }
        try {
            return fetch.from(hub(), name, config.revision());
        } catch (UserError e) {
            throw new UserError(
                    "%s: there is no folder or file %s here, and on the hub: %s".formatted(key, name, e.getMessage()),
                    e);
        }
    }

    /** Data sets of the same hub, in the same cache, with the same token. */
    DatasetHub datasets() {
        return (name, revision) -> repository(hub().dataset(name, revision));
    }

    private static DatasetHub.Repository repository(HubFiles files) {
        return new DatasetHub.Repository() {
            @Override
            public Collection<String> names() {
                return files.names();
            }

            @Override
            public List<Path> fetch(List<String> names) {
                return files.fetch(names);
            }
        };
    }

    private Hub hub() {
        return new Hub(hubSettings(), host.files().chosenBy("HF_HOME"), new DownloadLines(host));
    }

    private HubSettings hubSettings() {
        Map<String, String> environment = new HashMap<>(host.environment());
        config.cacheDir().ifPresent(folder -> environment.put("HF_HUB_CACHE", folder.toString()));
        config.hubToken().ifPresent(token -> environment.put("HF_TOKEN", token.value()));
        return HubSettings.of(environment, host.home());
    }
}
