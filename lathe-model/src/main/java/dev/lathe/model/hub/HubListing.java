package dev.lathe.model.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.base.UserError;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * What the hub says a repository holds.
 *
 * @param commit of the revision that was asked for
 * @param sizes bytes of each file by its name, -1 where the hub does not say; every name stays below its folder
 */
record HubListing(String commit, SequencedMap<String, Long> sizes) {
    static HubListing of(Repo repo, JsonNode answer) {
        String commit = answer.path("sha").asText();
        if (!Repo.isCommit(commit) || !answer.path("siblings").isArray()) {
            throw new UserError(
                    "the hub's answer about %s is not understood (no commit or no files in it): is HF_ENDPOINT a model hub?"
                            .formatted(repo));
        }
        SequencedMap<String, Long> sizes = new LinkedHashMap<>();
        for (JsonNode sibling : answer.path("siblings")) {
            String name = sibling.path("rfilename").asText();
            if (!safe(name)) {
                throw new UserError("%s lists a file named \"%s\", which would not stay in its folder: refused"
                        .formatted(repo, name));
            }
            sizes.put(name, sibling.path("size").asLong(-1));
        }
        return new HubListing(commit, sizes);
    }

    /** In the hub's own form, as {@link #of} reads it. */
    String json() {
        ObjectNode answer = Json.object().put("sha", commit);
        ArrayNode siblings = answer.putArray("siblings");
        sizes.forEach(
                (name, size) -> siblings.addObject().put("rfilename", name).put("size", size));
        return Json.compact(answer);
    }

    /** Whether a name stays below the folder it is put into, on every system. */
    static boolean safe(String name) {
        for (String part : name.split("/", -1)) {
            boolean odd = part.isEmpty() || part.equals(".") || part.equals("..");
            if (odd || part.chars().anyMatch(c -> c < ' ' || c == '\\' || c == ':' || c == 127)) {
                return false;
            }
        }
        return name.length() <= 1000;
    }
}
