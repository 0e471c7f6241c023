package dev.lathe.run;

import dev.lathe.base.UserError;
import dev.lathe.model.LoadedModel;
import dev.lathe.model.hub.Hub;
import dev.lathe.model.hub.HubSettings;
import dev.lathe.run.config.ModelConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Finds what {@code model_name_or_path} and {@code adapter_name_or_path} name. */
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
            return new BundledModels(host.cache().resolve("models"), host.files())
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
        return fetch.from(new Hub(hubSettings(), host.files(), new DownloadLines(host)), name, config.revision());
    }

    private HubSettings hubSettings() {
        Map<String, String> environment = new HashMap<>(host.environment());
        config.cacheDir().ifPresent(folder -> environment.put("HF_HUB_CACHE", folder.toString()));
        config.hubToken().ifPresent(token -> environment.put("HF_TOKEN", token.value()));
        return HubSettings.of(environment, host.home());
    }
}
