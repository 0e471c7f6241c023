package dev.lathe.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The blocks of a model whose matrices stay in their file, in the order in which they are built. When the turn comes to a
 * block, the process lets go of the pages of the one before it, and the system begins to read the one that is next in the same
 * direction, up or down, while this one is computed. Products are the same without it, and only slower and larger. For one
 * thread.
 */
final class BlockTurns {
    /** What a layer's name begins with where it is one of several alike: {@code model.layers.3}. */
    private static final Pattern NUMBERED = Pattern.compile("(.*?\\.\\d+)\\..*");

    private final Weights weights;
    private final List<Group> groups = new ArrayList<>();
    private Optional<Group> current = Optional.empty();

    BlockTurns(Weights weights) {
        this.weights = weights;
    }

    /** @param place in the order of blocks */
    private record Group(int place, String name, List<String> tensors) {}

    /** Says that one of a block's layers is about to be read. */
    @FunctionalInterface
    interface Turn {
        void begin();
    }

    /** Takes a layer in. */
    Turn of(List<Modules.Part> parts) {
        String first = parts.getFirst().name();
        Matcher numbered = NUMBERED.matcher(first);
        String name = numbered.matches() ? numbered.group(1) : first;
        if (groups.isEmpty() || !groups.getLast().name().equals(name)) {
            groups.add(new Group(groups.size(), name, new ArrayList<>()));
        }
        Group group = groups.getLast();
        parts.forEach(part -> group.tensors().add(part.name() + ".weight"));
        return () -> begin(group);
    }

    private void begin(Group group) {
        int from = current.map(Group::place).orElse(-1);
        if (from == group.place()) {
            return;
        }
        current.ifPresent(left -> left.tensors().forEach(weights::forget));
        current = Optional.of(group);
        int next = group.place() + Integer.signum(group.place() - from);
        if (next >= 0 && next < groups.size()) {
            groups.get(next).tensors().forEach(weights::expect);
        }
    }
}
