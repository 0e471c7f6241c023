package dev.lathe.data;

import dev.lathe.base.UserError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A data set on a hub, as an entry of dataset_info.json names it.
 *
 * @param subset one of the configurations that its card lists
 * @param splits such as {@code train}, at least one
 * @param folder of the repository, to which it is limited
 */
record HubDataset(String name, String revision, Optional<String> subset, List<String> splits, Optional<String> folder) {
    private static final String CARD = "README.md";

    /** Fetches the files of the splits, one split after the other, all of one type. Throws {@link UserError} when it has none that can be read. */
    RowFiles files(DatasetHub hub) {
        DatasetHub.Repository repository = hub.open(name, revision);
        List<String> inside = repository.names().stream()
                .filter(file -> folder.isEmpty() || file.startsWith(folder.get().replaceFirst("/*$", "/")))
                .sorted()
                .toList();
        if (inside.isEmpty()) {
            throw new UserError("%s: the repository has no folder %s".formatted(name, folder.orElse("")));
        }
        HubSplits described = repository.names().contains(CARD) && folder.isEmpty()
                ? HubSplits.described(name, repository.fetch(List.of(CARD)).getFirst(), subset)
                : HubSplits.undescribed(name, subset);
        List<String> chosen = new ArrayList<>();
        for (String split : splits) {
            List<String> files = ofOneType(described.files(inside, split));
            if (files.isEmpty()) {
                throw new UserError("%s: split `%s` has no files that can be read; the repository holds %s"
                        .formatted(name, split, some(repository.names())));
            }
            chosen.addAll(files);
        }
        List<Path> fetched = repository.fetch(chosen);
        return RowFiles.of(name, fetched);
    }

    /** Files of the type that most of them have: cards, scripts and pictures lie beside the data. */
    private static List<String> ofOneType(List<String> files) {
        Map<DataFile.Type, List<String>> byType = files.stream()
                .filter(file -> DataFile.typeOf(file).isPresent())
                .collect(Collectors.groupingBy(file -> DataFile.typeOf(file).orElseThrow()));
        return byType.entrySet().stream()
                .max(Comparator.comparingInt(each -> each.getValue().size()))
                .map(Map.Entry::getValue)
                .orElse(List.of());
    }

    private static String some(Collection<String> names) {
        return names.stream().limit(10).collect(Collectors.joining(", "));
    }
}
