package dev.lathe.run.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lathe.base.UserError;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class YamlReaderTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            nullValues = "none",
            value = {
                "1e-4; Decimal[number=1.0E-4]",
                "5.0e-5; Decimal[number=5.0E-5]",
                "1E3; Decimal[number=1000.0]",
                ".5; Decimal[number=0.5]",
                "-1; Whole[number=-1]",
                "1_000; Whole[number=1000]",
                "0x1F; Whole[number=31]",
                "017; Whole[number=15]",
                "0b101; Whole[number=5]",
                "1:30; Whole[number=90]",
                "yes; Flag[on=true]",
                "Off; Flag[on=false]",
                "True; Flag[on=true]",
                "null; Nothing[]",
                "~; Nothing[]",
                "''; Nothing[]",
                "2024-01-02; Text[text=2024-01-02]",
                "2024-01-02 03:04:05; Text[text=2024-01-02 03:04:05]",
                "'\"5\"'; Text[text=5]",
                "!!str 5; Text[text=5]",
                "1e; Text[text=1e]",
                "e5; Text[text=e5]",
                "1.2.3; Text[text=1.2.3]",
                ".inf; Decimal[number=Infinity]",
            })
    void readsAWordAsTheReferenceDoes(String word, String value) {
        assertThat(one("a: " + word).value()).hasToString(value);
    }

    @Test
    void keepsLineAndColumn() {
        Located c = field(field(top("a: 1\nb:\n  c:\n    - x\n    - y\n"), "b"), "c");
        assertThat(c.origin()).isEqualTo(new Origin.Line("f.yaml", 3, 3, ""));
        assertThat(((Value.Items) c.value()).items().get(1).origin()).isEqualTo(new Origin.Line("f.yaml", 5, 7, ""));
    }

    @Test
    void refusesAKeyThatStandsTwiceWithBothLines() {
        assertThatThrownBy(() -> YamlReader.read("a: 1\nb: 2\na: 3\n", "f.yaml"))
                .isInstanceOf(UserError.class)
                .hasMessage("f.yaml line 3: a is given twice; it already stands in line 1. Delete one of them");
    }

    @Test
    void followsAliasesAndMerges() {
        Located read = top("base: &b {x: 1, y: 2}\nmore:\n  <<: *b\n  y: 3\n");
        assertThat(field(field(read, "more"), "x").value()).isEqualTo(new Value.Whole(1));
        assertThat(field(field(read, "more"), "y").value()).isEqualTo(new Value.Whole(3));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a: [1\nb: 2",
                "a: 'x",
                "a: b: c",
                "\ta: 1",
                "a: @b",
                "a: !!python/object:os.system x",
                "? [1]\n: 2",
                "a: 1\n---\nb: 2",
                "a: &x [*x]",
            })
    void saysWhereItIsNotYaml(String text) {
        assertThatThrownBy(() -> YamlReader.read(text, "f.yaml"))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith("f.yaml line ");
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 20})
    void aliasesCannotMultiplyWithoutEnd(int levels) {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i <= levels; i++) {
            bomb.append(
                    "a%d: &a%d [%s]\n".formatted(i, i, "*a%d, ".formatted(i - 1).repeat(10)));
        }
        assertThatThrownBy(() -> YamlReader.read(bomb.toString(), "f.yaml"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(levels < 10 ? "too many values" : "aliases");
    }

    @Test
    void depthIsBounded() {
        assertThatThrownBy(() -> YamlReader.read("a: " + "[".repeat(10_000) + "]".repeat(10_000), "f.yaml"))
                .isInstanceOf(UserError.class);
        assertThatThrownBy(() -> JsonReader.read("[".repeat(10_000) + "]".repeat(10_000), "f.json"))
                .isInstanceOf(UserError.class);
    }

    /** Whatever stands in a file, the answer is a value or a message for the user. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void neverFailsOtherwise(long seed) {
        Random random = new Random(seed);
        String alphabet = "ab1e-4.:{}[],&*!<>|'\"\n \t#%@$?_~\\";
        for (int i = 0; i < 2000; i++) {
            StringBuilder text = new StringBuilder();
            for (int j = random.nextInt(30); j >= 0; j--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            for (String name : new String[] {"f.yaml", "f.json"}) {
                try {
                    Located read = name.endsWith("yaml")
                            ? YamlReader.read(text.toString(), name)
                            : JsonReader.read(text.toString(), name);
                    assertThat(read.value().shown()).isNotNull();
                } catch (UserError e) {
                    assertThat(e).hasMessageStartingWith(name);
                }
            }
        }
    }

    private static Located one(String text) {
        return field(top(text), "a");
    }

    private static Located top(String text) {
        return YamlReader.read(text, "f.yaml");
    }

    private static Located field(Located located, String name) {
        return Objects.requireNonNull(((Value.Fields) located.value()).fields().get(name));
    }
}
