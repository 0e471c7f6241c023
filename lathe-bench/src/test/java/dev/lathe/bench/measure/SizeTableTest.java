package dev.lathe.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lathe.bench.report.Measurement;
import java.util.LinkedHashMap;
import org.junit.jupiter.api.Test;

class SizeTableTest {
    private final Measurement sizes = SizeTable.of(
            "smol",
            StepWorkTest.spec(49152, 576, 1536, 30, 9, 3),
            "2026-01-01T00:00:00Z",
            new Conditions(new LinkedHashMap<>(), new LinkedHashMap<>()));

    private double bytes(String storage, String group) {
        return sizes.find(storage, group).orElseThrow().value();
    }

    /** SmolLM2-135M has 134,515,008 parameters. */
    @Test
    void plainNumbersTakeTheirWidth() {
        assertThat(bytes("fp32", "all")).isEqualTo(4.0 * 134_515_008);
        assertThat(bytes("fp16 or bf16", "all")).isEqualTo(2.0 * 134_515_008);
        assertThat(bytes("fp16 or bf16", "embedding")).isEqualTo(2.0 * 49152 * 576);
        assertThat(bytes("fp16 or bf16", "norms and biases")).isEqualTo(2.0 * 61 * 576);
    }

    @Test
    void quantisedNumbersBringTheirScales() {
        long attention = 30L * (576 * 576 * 2 + 192 * 576 * 2);
        long rows = 30L * (576 * 2 + 192 * 2);
        assertThat(bytes("int8, a scale a row; the rest fp16", "attention")).isEqualTo(attention + 4.0 * rows);
        assertThat(bytes("nf4, a scale for 64 numbers; the rest bf16", "attention"))
                .isEqualTo(attention / 2.0 + 4.0 * attention / 64);
        // 576 x 576 has 5,184 blocks, whose scales have 21; 192 x 576 has 1,728 and 7.
        double nested = 30 * 2.0 * (5184 + 4 * (21 + 1) + 1728 + 4 * (7 + 1));
        assertThat(bytes("nf4, scales quantised too; the rest bf16", "attention"))
                .isEqualTo(attention / 2.0 + nested);
        assertThat(bytes("nf4, scales quantised too; the rest bf16", "embedding"))
                .isEqualTo(2.0 * 49152 * 576);
    }

    /** The marks: 6.7 bits a parameter of SmolLM2 at most; an embedding in int8 saves more than a bit of them. */
    @Test
    void bitsOfTheWholeModel() {
        String nested = "nf4, scales quantised too; the rest bf16";
        String tables = "nf4, scales quantised too; embedding and head int8; the rest bf16";
        assertThat(bytes(tables, "embedding")).isEqualTo(49152.0 * (576 + 4));
        assertThat(bytes(tables, "attention")).isEqualTo(bytes(nested, "attention"));
        assertThat(bytes("fp32", "a number")).isEqualTo(32);
        assertThat(bytes(nested, "a number")).isBetween(6.6, 6.7);
        assertThat(bytes(tables, "a number")).isBetween(4.9, 5.0);
    }
}
