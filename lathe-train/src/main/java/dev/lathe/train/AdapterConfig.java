package dev.lathe.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.base.UserError;
import dev.lathe.model.Modules;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code adapter_config.json} as PEFT 0.18 writes and reads it. */
public final class AdapterConfig {
    /** PEFT's version whose format this is. */
    private static final String PEFT = "0.18.1";

    private AdapterConfig() {}

    /** @param baseModel name or folder of the model underneath */
    static ObjectNode write(LoraSpec spec, String baseModel) {
        ObjectNode config = Json.object();
        config.putNull("alora_invocation_tokens").putObject("alpha_pattern");
        config.putNull("arrow_config").putNull("auto_mapping");
        config.put("base_model_name_or_path", baseModel).put("bias", "none");
        config.putNull("corda_config").put("ensure_weight_tying", false).putNull("eva_config");
        config.putNull("exclude_modules").put("fan_in_fan_out", false);
        config.put("inference_mode", true).put("init_lora_weights", true);
        config.putNull("layer_replication").putNull("layers_pattern").putNull("layers_to_transform");
        config.putObject("loftq_config");
        putNumber(config, "lora_alpha", spec.alpha());
        config.put("lora_bias", false).put("lora_dropout", spec.dropout());
        config.putNull("megatron_config").put("megatron_core", "megatron.core");
        putList(config, "modules_to_save", spec.modulesToSave());
        config.put("peft_type", "LORA").put("peft_version", PEFT);
        config.put("qalora_group_size", 16).put("r", spec.rank());
        config.putObject("rank_pattern");
        config.putNull("revision");
        putList(config, "target_modules", spec.targets());
        config.putNull("target_parameters").put("task_type", "CAUSAL_LM").putNull("trainable_token_indices");
        config.put("use_dora", false).put("use_qalora", false).put("use_rslora", spec.rankStabilized());
        return config;
    }

    /**
     * Reads an adapter's folder. Throws {@link UserError} for kinds of adapter and options that are not there yet.
     *
     * @param modules last parts of the names of the base model's linear layers, for {@code all-linear} and patterns
     */
    public static LoraSpec read(Path folder, List<String> modules) {
        Path file = folder.resolve("adapter_config.json");
        JsonNode config = Json.read(file);
        String kind = config.path("peft_type").asText("(none)");
        if (!kind.equals("LORA")) {
            throw new UserError("%s: peft_type %s is not there yet; LORA is".formatted(file, kind));
        }
        refuse(file, config, Map.of("use_dora", "DoRA", "use_qalora", "QALoRA", "lora_bias", "a trained LoRA bias"));
        for (String key : List.of("alpha_pattern", "rank_pattern")) {
            if (!config.path(key).isEmpty()) {
                throw new UserError("%s: %s (ranks that differ by layer) is not there yet".formatted(file, key));
            }
        }
        refuseChangedBase(file, config.path("init_lora_weights").asText());
        int rank = config.path("r").asInt();
        if (rank < 1) {
            throw new UserError("%s: r must be at least 1, it is %s".formatted(file, config.path("r")));
        }
        return new LoraSpec(
                rank,
                config.path("lora_alpha").asDouble(rank),
                config.path("lora_dropout").asDouble(0),
                config.path("use_rslora").asBoolean(false),
                targets(file, config.path("target_modules"), modules),
                texts(config.path("modules_to_save")));
    }

    private static void refuse(Path file, JsonNode config, Map<String, String> switches) {
        switches.forEach((key, what) -> {
            if (config.path(key).asBoolean(false)) {
                throw new UserError(
                        "%s: %s (%s) is not there yet; plain LoRA and rsLoRA are".formatted(file, key, what));
            }
        });
    }

    /** These ways to start move a part of the base's weights into the factors: on the plain base they do not fit. */
    private static void refuseChangedBase(Path file, String start) {
        if (start.matches("(?i)pissa.*|olora|corda|loftq")) {
            throw new UserError(
                    "%s: init_lora_weights %s belongs to a base model that was changed when training began, which is not there yet; use the adapter's converted copy (pissa_converted), which is plain LoRA"
                            .formatted(file, start));
        }
    }

    private static List<String> targets(Path file, JsonNode node, List<String> modules) {
        if (node.isTextual()) {
            if (node.asText().equals("all-linear")) {
                return modules;
            }
            throw new UserError("%s: target_modules as a pattern (%s) is not there yet; a list of names is"
                    .formatted(file, node.asText()));
        }
        List<String> names = new ArrayList<>();
        for (String target : texts(node)) {
            String name = Modules.lastName(target);
            if (!modules.contains(name)) {
                throw new UserError(
                        "%s: the base model has no linear layer %s (it has %s): the adapter was made for another model"
                                .formatted(file, target, String.join(", ", modules)));
            }
            names.add(name);
        }
        return names.stream().distinct().toList();
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(item -> texts.add(item.asText()));
        return texts;
    }

    private static void putList(ObjectNode config, String key, List<String> values) {
        if (values.isEmpty()) {
            config.putNull(key);
            return;
        }
        ArrayNode array = config.putArray(key);
        values.forEach(array::add);
    }

    private static void putNumber(ObjectNode config, String key, double value) {
        if (value == Math.rint(value)) {
            config.put(key, (long) value);
        } else {
            config.put(key, value);
        }
    }
}
