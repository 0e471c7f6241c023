package dev.lathe.model.hub;

import dev.lathe.base.UserError;
import java.util.regex.Pattern;

/**
 * A repository on the hub at a revision.
 *
 * @param name {@code org/name}, or a bare name
 * @param revision branch, tag, commit or {@code refs/pr/N}
 */
record Repo(Kind kind, String name, String revision) {
    /** What a repository is for; names of different kinds have nothing to do with each other. */
    enum Kind {
        MODEL("models", "model"),
        DATASET("datasets", "data set");

        private final String plural;
        private final String word;

        Kind(String plural, String word) {
            this.plural = plural;
            this.word = word;
        }

        /** For people. */
        String word() {
            return word;
        }
    }

    private static final Pattern PART = Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_])?");
    private static final Pattern REVISION =
            Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*");

    Repo {
        if (!isName(name)) {
            throw new UserError(
                    "%s is neither a folder nor a name on the hub, which looks like org/name".formatted(name));
        }
        if (!REVISION.matcher(revision).matches() || revision.contains("..") || revision.length() > 200) {
            throw new UserError("%s is no revision: a branch, a tag or a commit is needed".formatted(revision));
        }
    }

    /** A model. */
    Repo(String name, String revision) {
        this(Kind.MODEL, name, revision);
    }

    /** Where the hub describes it. */
    String api() {
        return "api/" + kind.plural + "/" + name;
    }

    /** Where the hub shows it and hands out its files; models stand at the top. */
    String page() {
        return kind == Kind.MODEL ? name : kind.plural + "/" + name;
    }

    static boolean isName(String name) {
        String[] parts = name.split("/", -1);
        for (String part : parts) {
            if (!PART.matcher(part).matches() || part.contains("--") || part.contains("..")) {
                return false;
            }
        }
        return parts.length <= 2 && name.length() <= 96 && !name.endsWith(".git");
    }

    /** Whether the revision names a commit, which never changes. */
    boolean pinned() {
        return isCommit(revision);
    }

    static boolean isCommit(String text) {
        return text.matches("[0-9a-f]{40}");
    }

    /** The folder in the cache. */
    String folder() {
        return kind.plural + "--" + name.replace("/", "--");
    }

    @Override
    public String toString() {
        return revision.equals("main") ? name : name + " at " + revision;
    }
}
