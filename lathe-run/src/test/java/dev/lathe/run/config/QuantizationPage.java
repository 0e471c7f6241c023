package dev.lathe.run.config;

import dev.lathe.quant.Storage;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Writes docs/quantization.md: what is packed how, from the storages themselves and the list of rules. */
final class QuantizationPage {
    private static final String HEAD = """
            # Quantised weights

            <!-- Made from the storages and Rules.java by QuantizationPageTest, which says how to make it again. -->

            The weights under an adapter are never trained, so they need not be kept in full. `quantization_bit: 4` packs them
            while the model loads, one layer after another; a checkpoint that somebody else has quantised is used as it is.
            Adapters, data, schedules and everything else stay as in any LoRA run, and the adapter that comes out is a plain
            PEFT adapter. In a step each layer is unpacked into one buffer that all layers share, and multiplied there: losses
            and gradients are bit for bit those of LoRA on the dequantised matrices. Answers of a token at a time are computed
            straight from the packed form.

            ```yaml
            finetuning_type: lora   # or qlora, which means lora with quantization_bit: 4
            quantization_bit: 4     # NF4 with quantised scales
            ```

            ## While loading

            Bits a weight are those of a 4096 x 4096 matrix, scales and all. Norms stay as they are; so do embedding and head,
            unless `quantize_embedding: int8` keeps them in 8 bits with a scale a word. The error that this makes is shown when
            the model loads. Products read the 8 bits; a head that is the embedding stays one with it. `lathe bench size MODEL`
            shows what it saves.

            """;
    private static final String AFTER = """

            ## Merging, and what it changes

            An adapter learns to make up for what quantisation did to the weights under it. Merged into the original weights it
            is therefore another model than the one that was trained: closer to the original in one way, and untested in every
            other. `lathe export` says by how much the two differ on a few prompts, in KL divergence and in how often they would
            choose the same token. `merge_base: dequantized` merges into the matrices that the quantised ones stand for
            instead: the result answers as the trained model did, in 16 or 32 bits a weight. Which quantisation that was stands in
            `lathe_base.json` beside the adapter; for adapters from elsewhere give `quantization_bit` and what goes with it.
            """;
    private static final String CHECKPOINTS = """

            ## Checkpoints that are quantised already

            Named by `model_name_or_path` alone; `quantization_bit` is then left aside with a notice. Only LoRA trains on them.

            | `quant_method` in config.json | read |
            |---|---|
            | `bitsandbytes` | NF4, FP4, quantised scales or not, any block size; LLM.int8 |
            | `gptq` | 2, 3, 4, 8 bits, also mixed; groups, `desc_act`, layouts `gptq` and `gptq_v2` |
            | `awq` | 4 bits, layout `gemm` |
            | `aqlm` | any number and size of codebooks, groups of outputs and inputs |
            | `hqq` | 1 to 8 bits, axis 0 and 1, as transformers 4 saved them |
            | `eetq` | int8 in the layout for SM75 to SM89 |
            | `fp8` | e4m3 and e5m2 with a scale a matrix, a row or a tile (DeepSeek's `weight_scale_inv`) |
            | `compressed-tensors` | `pack-quantized` and `int-quantized` (groups, channels, zero points, `weight_g_idx`), `float-quantized`, `sparse-24-bitmask`, `sparse-bitmask` |
            | `mxfp4` | matrices of linear layers; gpt-oss's experts, which are widened while they load |
            | GGUF | every type of [models.md](models.md#weights); `gguf_weights` says whether blocks stay packed in memory |

            Scales of activations (W8A8, static FP8) are left aside: activations are computed in the type of the arithmetic, which is
            closer to the model before quantisation. For weights in LLM.int8, stored so or made by `quantization_bit: 8`,
            `int8_activations: true` lets `chat` and `score` round activations as bitsandbytes does: row by row to 8 bits, but
            for columns that hold a magnitude from `llm_int8_threshold` (6) on. Training multiplies by the dequantised matrix,
            as bitsandbytes does on a CPU.
            """;

    private static final Set<String> KEYS = Set.of(
            "quantization_bit",
            "quantization_method",
            "quantization_type",
            "double_quantization",
            "quantization_device_map",
            "merge_base",
            "quantize_embedding",
            "gguf_weights");
    private static final long SIDE = 4096;

    private QuantizationPage() {}

    static String text() {
        StringBuilder page = new StringBuilder(HEAD);
        page.append("| `quantization_method` | `quantization_bit` | stored as | bits a weight |\n|---|---|---|---|\n");
        row(page, "bnb", 4, Storage.nf4(true));
        row(page, "bnb", "4, `double_quantization: false`", Storage.nf4(false));
        row(page, "bnb", "4, `quantization_type: fp4`", Storage.fp4(true));
        row(page, "bnb", 8, Storage.int8());
        ModelRules.BITS.getOrDefault("hqq", List.of()).forEach(bits -> row(page, "hqq", bits, Storage.hqq(bits)));
        row(page, "eetq", 8, Storage.eetq());
        page.append(CHECKPOINTS).append(AFTER);
        return page.append(RuleTables.of(rule -> rule.keys().stream().anyMatch(KEYS::contains)))
                .toString();
    }

    private static void row(StringBuilder page, String method, Object bits, Storage storage) {
        double perWeight = 8.0 * storage.bytes(SIDE, SIDE) / (SIDE * SIDE);
        page.append(String.format(Locale.ROOT, "| `%s` | %s | %s | %.2f |\n", method, bits, storage.name(), perWeight));
    }
}
