package dev.lathe.model;

/**
 * Which norms a block has and what its MLP reads, where a family leaves that to its config.
 *
 * @param parallel whether attention and MLP read the same input
 */
record BlockShape(Names names, boolean parallel) {
    static BlockShape of(Family family, ConfigKeys keys) {
        Names names = family.names();
        return switch (family.modelType()) {
            case "gpt_neox" -> new BlockShape(names, keys.flag("use_parallel_residual", true));
            case "stablelm" -> {
                boolean parallel = keys.flag("use_parallel_residual", false);
                yield new BlockShape(parallel ? names.without(Slot.MLP_IN) : names, parallel);
            }
            case "falcon" -> falcon(names, keys);
            default -> new BlockShape(names, family.is(Trait.PARALLEL));
        };
    }

    private static BlockShape falcon(Names names, ConfigKeys keys) {
        boolean newer = keys.flag("new_decoder_architecture", false);
        if (newer && keys.positive("num_ln_in_parallel_attn", 2) == 2) {
            return new BlockShape(names.with(Slot.ATTENTION_IN, "ln_attn").with(Slot.MLP_IN, "ln_mlp"), true);
        }
        boolean parallel = newer || keys.flag("parallel_attn", true);
        return new BlockShape(parallel ? names.without(Slot.MLP_IN) : names, parallel);
    }
}
