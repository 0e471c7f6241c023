package dev.lathe.model.hub;

import java.net.http.HttpHeaders;

/** Says in words why the hub refused, from the status and its own error code. */
final class HubRefusal {
    private HubRefusal() {}

    static String of(HubSettings settings, Repo repo, String file, int status, HttpHeaders headers) {
        String code = headers.firstValue("X-Error-Code").orElse("");
        if (code.equals("GatedRepo") || (status == 403 && !code.equals("RepoNotFound"))) {
            return "%s is gated: ask for access at %s/%s, %s"
                    .formatted(
                            repo,
                            settings.endpoint(),
                            repo.page(),
                            settings.token().isPresent()
                                    ? "with the account whose token is used here; that token has no access now"
                                    : "then set HF_TOKEN to a token of that account");
        }
        if (code.equals("RevisionNotFound")) {
            return "%s has no revision %s".formatted(repo.name(), repo.revision());
        }
        if (code.equals("EntryNotFound") || (status == 404 && !file.isEmpty() && code.isEmpty())) {
            return "%s has no file %s".formatted(repo, file);
        }
        if (status == 401 || status == 404) {
            return "%s is not on the hub at %s, or is private: check the name; for a private %s %s"
                    .formatted(
                            repo,
                            settings.endpoint(),
                            repo.kind().word(),
                            settings.token().isPresent()
                                    ? "the token in HF_TOKEN must have access (it has none now)"
                                    : "set HF_TOKEN to a token that has access");
        }
        return "%s answered with status %d when asked for %s%s"
                .formatted(settings.endpoint(), status, repo, file.isEmpty() ? "" : "'s " + file);
    }
}
