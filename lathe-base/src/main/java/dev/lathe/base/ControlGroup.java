package dev.lathe.base;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * What a container may use. Linux keeps limits in a tree of control groups, of which there are two layouts; the
 * tightest limit from this process's group up to the root holds.
 *
 * @param memory bytes, at least 0
 * @param cores processors' worth of time, may be a fraction
 */
public record ControlGroup(OptionalLong memory, OptionalDouble cores) {
    /** Version 1 writes "no limit" as a number beyond any machine's memory. */
    private static final long NO_LIMIT = 1L << 60;

    /** Reads what Linux shows; on another system there is no limit. */
    public static ControlGroup of(SystemFiles files) {
        List<Long> memory = new ArrayList<>();
        List<Double> cores = new ArrayList<>();
        for (String group : files.lines("proc/self/cgroup")) {
            String[] parts = group.split(":", 3);
            if (parts.length == 3) {
                for (String folder : upwards(mount(parts[1]), parts[2])) {
                    Stream.of("memory.max", "memory.limit_in_bytes")
                            .flatMapToLong(name -> files.number(folder + "/" + name).stream())
                            .filter(bytes -> bytes >= 0 && bytes < NO_LIMIT)
                            .forEach(memory::add);
                    files.firstLine(folder + "/cpu.max")
                            .map(line -> line.split(" "))
                            .filter(line -> line.length == 2)
                            .ifPresent(line -> ratio(SystemFiles.parse(line[0]), SystemFiles.parse(line[1]), cores));
                    ratio(
                            files.number(folder + "/cpu.cfs_quota_us"),
                            files.number(folder + "/cpu.cfs_period_us"),
                            cores);
                }
            }
        }
        return new ControlGroup(
                memory.stream().mapToLong(Long::longValue).min(),
                cores.stream().mapToDouble(Double::doubleValue).min());
    }

    private static void ratio(OptionalLong quota, OptionalLong period, List<Double> cores) {
        if (quota.isPresent() && period.isPresent() && quota.getAsLong() > 0 && period.getAsLong() > 0) {
            cores.add((double) quota.getAsLong() / period.getAsLong());
        }
    }

    /** Version 2 is one tree and names no controller; version 1 is a tree for each. */
    private static String mount(String controllers) {
        return controllers.isEmpty() ? "sys/fs/cgroup" : "sys/fs/cgroup/" + controllers;
    }

    private static List<String> upwards(String mount, String group) {
        List<String> folders = new ArrayList<>();
        for (String at = group; !at.isEmpty() && !at.equals("/"); at = at.substring(0, at.lastIndexOf('/'))) {
            if (!at.startsWith("/") || at.contains("..")) { // a group outside this container's view
                break;
            }
            folders.add(mount + at);
        }
        folders.add(mount);
        return folders;
    }
}
