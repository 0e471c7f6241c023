package dev.lathe.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A dataset_dir for tests with the one data set {@code rows}. */
record DataFolder(Path folder) {
    /** @param rest what its entry says beside the file's name, for example {@code , "ranking": true} */
    DataFolder with(String file, String content, String rest) {
        try {
            Files.writeString(folder.resolve(file), content);
            Files.writeString(
                    folder.resolve("dataset_info.json"), "{\"rows\": {\"file_name\": \"%s\"%s}}".formatted(file, rest));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    DataFolder with(String file, String content) {
        return with(file, content, "");
    }

    DataSettings sft() {
        return DataSettings.of(DataSettings.Stage.SFT, folder, List.of("rows"));
    }

    DataSettings pt() {
        return DataSettings.of(DataSettings.Stage.PT, folder, List.of("rows"));
    }

    LoadedData load() {
        return load(sft());
    }

    static LoadedData load(DataSettings settings) {
        return new DataPipeline(Letters.encoding(), new TokenCache.None(), 2, DataProgress.NONE).load(settings);
    }

    /** Every sample's ids as text. */
    static List<String> texts(LoadedData.Set set) {
        return java.util.stream.IntStream.range(0, set.samples().size())
                .mapToObj(i -> Letters.text(set.samples().get(i).inputIds()))
                .toList();
    }
}
