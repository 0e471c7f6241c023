package dev.lathe.run.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Values that follow from others when nobody gave them, as the reference has it. */
final class Derivation {
    private final Map<String, Setting> settings;

    private Derivation(Map<String, Setting> settings) {
        this.settings = settings;
    }

    static Settings complete(Command command, Map<String, Setting> settings) {
        Map<String, Setting> complete = new LinkedHashMap<>(settings);
        new Derivation(complete).derive(command);
        return new Settings(complete);
    }

    private void derive(Command command) {
        Settings s = new Settings(settings);
        if (command == Command.TRAIN && !s.given("do_train") && !s.flag("do_eval") && !s.flag("do_predict")) {
            put("do_train", new Value.Flag(true), "`lathe train`");
        }
        if (!s.is("eval_strategy", "no") && !s.flag("do_eval")) {
            put("do_eval", new Value.Flag(true), "eval_strategy");
        }
        if (!s.on("output_dir")) {
            put("output_dir", new Value.Text("trainer_output"), "the reference");
        }
        if (!s.given("gradient_checkpointing")) {
            boolean on = !s.flag("disable_gradient_checkpointing");
            put("gradient_checkpointing", new Value.Flag(on), "disable_gradient_checkpointing");
        } else if (s.flag("gradient_checkpointing") && !s.given("memory_budget")) {
            put("memory_budget", new Value.Whole(0), "gradient_checkpointing");
        }
        if (!s.on("lora_alpha")) {
            put("lora_alpha", new Value.Whole(2L * s.whole("lora_rank")), "lora_rank");
        }
        if (!s.on("eval_steps")) {
            put("eval_steps", s.get("logging_steps").value(), "logging_steps");
        }
        if (s.optionalLong("data_seed").isEmpty()) {
            put("data_seed", s.get("seed").value(), "seed");
        }
        if (s.flag("neat_packing")) {
            if (!s.given("packing")) {
                put("packing", new Value.Flag(true), "neat_packing");
            }
        } else if (s.optionalFlag("packing").isEmpty()) {
            put("packing", new Value.Flag(s.is("stage", "pt")), "stage");
        }
        if (s.get("report_to").value() instanceof Value.Nothing) {
            Value board = new Value.Text("tensorboard");
            Origin lathe = new Origin.Derived("Lathe");
            put("report_to", new Value.Items(List.of(new Located(board, lathe, "tensorboard"))), "Lathe");
        }
    }

    private void put(String key, Value value, String from) {
        Setting before = settings.get(key);
        if (before != null) {
            settings.put(key, new Setting(before.key(), value, new Origin.Derived(from)));
        }
    }
}
