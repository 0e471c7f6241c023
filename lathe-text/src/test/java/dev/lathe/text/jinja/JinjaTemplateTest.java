package dev.lathe.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.lathe.base.Json;
import dev.lathe.base.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JinjaTemplateTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2025-01-02T03:04:05Z"), ZoneOffset.UTC);

    /** Where the texts come from stands in the resource. */
    @Test
    void meansWhatJinja2Means() throws IOException {
        JsonNode golden = resource();
        Map<String, JsonNode> variables = variables(golden.get("variables"));
        SoftAssertions softly = new SoftAssertions();
        for (JsonNode one : golden.get("cases")) {
            String template = one.get("template").asText();
            if (one.has("error")) {
                softly.assertThatThrownBy(() -> render(template, variables))
                        .as(template)
                        .isInstanceOf(UserError.class)
                        .hasMessageMatching("(?s).*(in line \\d+: .+|refuses this conversation: .+)");
            } else {
                softly.assertThatCode(() -> assertThat(render(template, variables))
                                .isEqualTo(one.get("text").asText()))
                        .as(template)
                        .doesNotThrowAnyException();
            }
        }
        softly.assertAll();
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = "=>",
            quoteCharacter = '`',
            value = {
                "a\\nb\\n{{ x.y }} => fails in line 3: 'x' is undefined",
                "{{ 'a' + 1 }} => fails in line 1: + cannot be used between str and int",
                "{% macro f() %}\\n{{ 1 / 0 }}\\n{% endmacro %}\\n{{ f() }} => fails in line 2: division by zero",
                "{% macro f() %}\\n{% endmacro %}\\n{{ f() - 1 }} => fails in line 3",
                "{% if true %}\\n{% for x in [1] %}\\n{{ x.y.z }}{% endfor %}{% endif %} => fails in line 3: 'int object' has no",
                "{{ messages | nosuch }} => fails in line 1: there is no filter nosuch in Lathe's Jinja",
                "{{ messages is nosuch }} => fails in line 1: there is no test nosuch in Lathe's Jinja",
                "a\\n{{ (1 }} => broken in line 2: a } that closes nothing",
                "\\n\\n{{ 'x => broken in line 3: a string is never closed",
                "{% for x in [] %}\\n => broken in line 1: there is no endfor or else to what begins here",
                "{% include 'a' %} => broken in line 1: the tag include is not for chat templates",
                "{% nosuch %} => broken in line 1: there is no tag nosuch here",
                "{{ a b }} => broken in line 1: 'b' where '}}' should be",
                "{{ [1].append }}{{ [1].append(2) }} => access to attribute 'append' of 'list' object is unsafe",
                "{{ {}.items }} => fails in line 1: the function items is printed and not what it gives",
                "{{ [1]|map('abs') }} => fails in line 1: the generator is printed and not what it gives",
                "{{ raise_exception('roles must alternate') }} => refuses this conversation: roles must alternate"
            })
    void saysInWhichLineWhatIsWrong(String template, String message) {
        assertThatThrownBy(() -> render(template.replace("\\n", "\n"), Map.of()))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(message);
    }

    /** Each ends within its budget, which is about a second; without one it would take hours or all memory. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% for a in range(10**9) %}{% endfor %}",
                "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
                "{% for a in range(99999) %}{% for b in range(99999) %}{% set c = a %}{% endfor %}{% endfor %}",
                "{% for a in range(99999) %}{{ text ~ '12345678901234567890' }}{% endfor %}",
                "{% macro f(n) %}{{ f(n) }}{% endmacro %}{{ f(1) }}",
                "{% macro f(n) %}{% for i in range(9) %}{{ f(n + 1) if n < 90 }}{% endfor %}{% endmacro %}{{ f(1) }}",
                "{% macro f() %}{{ caller() }}{% endmacro %}{% macro g() %}{% call f() %}{{ g() }}{% endcall %}{% endmacro %}{{ g() }}",
                "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
                "{{ 'x' * 2000000000 }}",
                "{{ 'x' * 10**30 }}",
                "{{ [0] * 2000000000 }}",
                "{{ ([0] * 100000) * 100000 }}",
                "{{ 10 ** (10 ** 10) }}",
                "{{ 2 ** 14000 * 2 ** 14000 }}",
                "{% set ns = namespace(s='xx') %}{% for i in range(100) %}{% set ns.s = ns.s + ns.s %}{% endfor %}{{ ns.s }}",
                "{% set ns = namespace(s='xx') %}{% for i in range(100) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}{{ ns.s }}",
                "{% set ns = namespace(s='xx') %}{% for i in range(100) %}{% set ns.s = ns.s.replace('x', ns.s) %}{% endfor %}",
                "{% set ns = namespace(s=['xx']) %}{% for i in range(100) %}{% set ns.s = ns.s + ns.s %}{% endfor %}{{ ns.s }}",
                "{% set ns = namespace(s=[1]) %}{% for i in range(100) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s|string|length }}",
                "{% set ns = namespace(s=[1]) %}{% for i in range(100) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s|tojson }}",
                "{% set a = namespace(s=[1]) %}{% set b = namespace(s=[1]) %}{% for i in range(99) %}{% set a.s = [a.s, a.s] %}{% set b.s = [b.s, b.s] %}{% endfor %}{{ a.s == b.s }}",
                "{% set a = namespace(s=[1]) %}{% set b = namespace(s=[1]) %}{% for i in range(99) %}{% set a.s = [a.s, a.s] %}{% set b.s = [b.s, b.s] %}{% endfor %}{{ a.s < b.s }}",
                "{% set ns = namespace(s=(1,)) %}{% for i in range(100) %}{% set ns.s = (ns.s, ns.s) %}{% endfor %}{{ {ns.s: 1} }}",
                "{% set ns = namespace(s=[1]) %}{% for i in range(90000) %}{% set ns.s = [ns.s] %}{% endfor %}{{ ns.s }}",
                "{% set ns = namespace(s=[1]) %}{% for i in range(90000) %}{% set ns.s = [ns.s] %}{% endfor %}{{ ns.s|tojson }}",
                "{% set ns = namespace(s=[1], t=[1]) %}{% for i in range(90000) %}{% set ns.s = [ns.s] %}{% set ns.t = [ns.t] %}{% endfor %}{{ ns.s == ns.t }}",
                "{% set big = 'ab' * 4000000 %}{% set ns = namespace(l=[]) %}{% for i in range(99999) %}{% set ns.l = ns.l + [big ~ i] %}{% endfor %}",
                "{% set big = 'a' * 4000000 %}{{ ('a' * 2000000 ~ 'b') in big }}",
                "{% set big = 'a' * 4000000 %}{{ big.split('a' * 2000000 ~ 'b') }}",
                "{% set big = 'a' * 4000000 %}{{ big.rfind('b' ~ 'a' * 2000000) }}",
                "{% set big = 'a' * 4000000 %}{{ big|list|length }}",
                "{% set big = 'a ' * 4000000 %}{{ big.split()|length }}",
                "{% set big = 'a' * 4000000 %}{% for i in range(99999) %}{% if big == big ~ '' %}{% endif %}{% endfor %}",
                "{% set big = 'a' * 4000000 %}{% for i in range(99999) %}{{ big[i] }}{% endfor %}",
                "{% set big = 'a' * 4000000 %}{% for i in range(99999) %}{{ big|length }}{% endfor %}",
                "{% set big = 'a' * 4000000 %}{% for i in range(99999) %}{% set x = big|upper %}{% endfor %}",
                "{% set big = 'a' * 4000000 %}{{ ([big] * 1000)|tojson }}",
                "{% set big = 'a' * 4000000 %}{{ [1, 2, 3]|tojson(separators=(big, big), indent=big) }}",
                "{% set big = '\\n' * 4000000 %}{{ big|indent(4000000) }}",
                "{% set big = 'a' * 4000000 %}{{ big|batch(3)|list|length }}",
                "{{ 'x'|center(2000000000) }}",
                "{{ 'x'.ljust(2000000000) }}",
                "{{ '\\t'.expandtabs(2000000000) }}",
                "{{ '%2000000000d' % 1 }}",
                "{{ '%9999999d' % 1 ~ '%9999999d' % 1 }}",
                "{{ '{:2000000000}'.format(1) }}",
                "{{ [1]|batch(2000000000, 0)|list }}",
                "{{ [1]|slice(2000000000)|list }}",
                "{% for i in range(99999) %}{{ range(99999)|list|length }}{% endfor %}",
                "{% for i in range(99999) %}{{ range(99999)|sum }}{% endfor %}",
                "{% for i in range(99999) %}{{ range(99999)|sort|length }}{% endfor %}",
                "{% for i in range(99999) %}{{ range(99999)|map('string')|list|length }}{% endfor %}",
                "{% for i in range(99999) %}{{ 99999 in range(99999) }}{% endfor %}",
                "{% for i in range(99999) %}{{ strftime_now('%A' * 100000) }}{% endfor %}",
                "{% for i in range(99999) %}{% set x %}{{ text * 1000 }}{% endset %}{% endfor %}",
                "{% for i in range(99999) %}{% set x = large.items() %}{% endfor %}",
                "{% for i in range(99999) %}{% set x = 'z' in large.values() %}{% endfor %}",
                "{% for i in range(99999) %}{% if large == dict(large) %}{% endif %}{% endfor %}",
                "{% for i in range(99999) %}{% for k in large %}{% break %}{% endfor %}{% endfor %}",
                "{% set l = [''] * 99999 %}{% for i in range(99999) %}{{ l.count(2) }}{% endfor %}",
                "{% set l = [''] * 99999 %}{% for i in range(99999) %}{{ l|join }}{{ ''.join(l) }}{% endfor %}",
                "{% macro f() %}{% set x = varargs %}{% endmacro %}{% set l = [''] * 99999 %}{% for i in range(99999) %}{{ f(*l) }}{% endfor %}",
                "{% set big = 'a' * 4000000 %}{% set b = big ~ '' %}{% for i in range(99999) %}{{ big.startswith(b) }}{% endfor %}",
                "{% set big = 'a' * 4000000 %}{% set b = big ~ '' %}{% set d = {big: 1} %}{% for i in range(99999) %}{{ d[b] }}{{ d.get(b) }}{{ b in d }}{% endfor %}",
                "{% set big = 'a' * 4000000 %}{% for i in range(99999) %}{{ big.partition('b')|length }}{% endfor %}",
                "{% set big = 'a' * 4000000 %}{% for i in range(99999) %}{{ (big % ())|length }}{% endfor %}",
                "{% set big = 'a' * 4000000 %}{% for i in range(99999) %}{{ big.format()|length }}{% endfor %}",
                "{% set big = '- ' * 4000000 %}{% for i in range(99999) %}{{ big|title|length }}{% endfor %}",
                "{% set big = 'ß' * 4000000 %}{% for i in range(99999) %}{{ big.title()|length }}{% endfor %}",
                "{% set big = 'a\n' * 4000000 %}{{ big.splitlines()|length }}",
                "{% set big = 'ab' * 4000000 %}{{ big.split('b')|length }}",
                "{% for i in range(99999) %}{% for j in range(99999) %}{% set x = 2 ** 14000 ~ '' %}{% endfor %}{% endfor %}",
                "{% set n = '9' * 4300 %}{% for i in range(99999) %}{% set x = n|int * (n|int) %}{% endfor %}",
                "{% for i in range(99999) %}{% set x = '%.9999f' % 1e300 %}{% endfor %}"
            })
    void aMaliciousTemplateEndsSoon(String template) {
        long start = System.nanoTime();
        ObjectNode large = Json.object();
        for (int i = 0; i < 10_000; i++) {
            large.put("key" + i, i);
        }
        assertThatThrownBy(() -> render(template, Map.of("text", TextNode.valueOf("x".repeat(1000)), "large", large)))
                .isInstanceOf(UserError.class)
                .hasMessageMatching(
                        "(?s).*fails in line \\d+: (it (takes|makes|nests) |a range may|a number has|a tuple inside|'%|format).*");
        assertThat(System.nanoTime() - start).isLessThan(20_000_000_000L); // a busy machine
    }

    @ParameterizedTest
    @ValueSource(strings = {"(", "[", "{1:", "-", "not ", "f(", "a[", "{% if 1 %}", "{% for a in b %}", "a if b else "})
    void deepNestingIsRefusedAndDoesNotEndTheStack(String opening) {
        String template = opening.startsWith("{%") ? opening.repeat(100_000) : "{{ " + opening.repeat(100_000);
        assertThatThrownBy(() -> render(template, Map.of())).isInstanceOf(UserError.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"+1", ".a", "[0]", "|abs", "()", "*1", " or 0", " and 1", "**1", " is odd", " if 1"})
    void aLongChainIsRefusedAndDoesNotEndTheStack(String link) {
        String template = "{{ 1" + link.repeat(100_000) + " }}";
        assertThatThrownBy(() -> render(template, Map.of())).isInstanceOf(UserError.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1_", "1", "a", "a.", "\"\" ", "'\\x41' ", "0x"})
    void aLongTokenDoesNotEndTheStack(String piece) {
        String template = "{{ " + piece.repeat(100_000) + "1 }}";
        assertThatThrownBy(() -> render(template, Map.of())).isInstanceOf(UserError.class);
    }

    @Test
    void aFieldOfAFormatThatIsTooLongIsRefused() {
        assertThatThrownBy(() -> render("{{ ('{0' ~ '.a' * 100000 ~ '}').format(1) }}", Map.of()))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("no field");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% macro f(n) %}{% for a in [1] %}{% if f %}{{ (f(n) ~ '')|trim }}{% endif %}{% endfor %}{% endmacro %}{{ f(1) }}",
                "{% for x in [1] recursive %}{% with y = 1 %}{% filter upper %}{{ loop([1]) }}{% endfilter %}{% endwith %}{% endfor %}",
                "{% macro f() %}{{ caller() }}{% endmacro %}{% macro g() %}{% call f() %}{{ g() }}{% endcall %}{% endmacro %}{{ g() }}",
                "{% macro f() %}{{ [1]|map('default', f())|list }}{% endmacro %}{{ f() }}",
                "{% set ns = namespace(s=[1]) %}{% for i in range(90000) %}{% set ns.s = {'a': (ns.s,)} %}{% endfor %}{{ ns.s }}"
            })
    void theDepthThatIsAllowedFitsASmallStack(String template) throws InterruptedException {
        List<Throwable> thrown = new ArrayList<>();
        Thread thread = new Thread(
                null,
                () -> {
                    try {
                        render(template, Map.of());
                    } catch (UserError | StackOverflowError e) {
                        thrown.add(e);
                    }
                },
                "small stack",
                512 << 10);
        thread.start();
        thread.join();
        assertThat(thrown).hasSize(1).first().isInstanceOf(UserError.class);
        assertThat(thrown.getFirst()).hasMessageContaining("it nests deeper than");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void anyTextIsRenderedOrRefused(long seed) throws IOException {
        List<String> pieces = new ArrayList<>();
        resource()
                .get("cases")
                .forEach(one ->
                        pieces.addAll(List.of(one.get("template").asText().split("(?<=[ .|(\\[%{])", -1))));
        Map<String, JsonNode> variables = variables(resource().get("variables"));
        Random random = new Random(seed);
        for (int i = 0; i < 1000; i++) {
            String template = random.ints(1 + random.nextInt(12), 0, pieces.size())
                    .mapToObj(pieces::get)
                    .collect(Collectors.joining());
            try {
                render(template, variables);
            } catch (UserError e) {
                assertThat(e.getMessage()).as(template).containsAnyOf(" in line ", "refuses this conversation");
            }
        }
    }

    @Test
    void whatIsPutOutIsNeverReadAsJinja() {
        String hostile = "{{ 7 * 7 }}{% for m in messages %}x{% endfor %}{# gone #} <b>&'\"\\n";
        assertThat(render(
                        "{{ a }}|{{ [a][0] ~ '' }}|{{ a|replace('7', '8') }}", Map.of("a", TextNode.valueOf(hostile))))
                .isEqualTo(hostile + "|" + hostile + "|" + hostile.replace('7', '8'));
    }

    @Test
    void aTemplateIsRenderedAsOftenAsOneLikes() {
        JinjaTemplate template = JinjaTemplate.parse(
                "{% set ns = namespace(n=0) %}{% for x in 'abc' %}{% set ns.n = ns.n + 1 %}{% endfor %}{{ ns.n }}");
        assertThat(template.render(Map.of(), CLOCK)).isEqualTo("3");
        assertThat(template.render(Map.of(), CLOCK)).isEqualTo("3");
    }

    private static String render(String template, Map<String, JsonNode> variables) {
        return JinjaTemplate.parse(template).render(variables, CLOCK);
    }

    private static Map<String, JsonNode> variables(JsonNode node) {
        return node.properties().stream().collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static JsonNode resource() throws IOException {
        try (InputStream in = Objects.requireNonNull(JinjaTemplateTest.class.getResourceAsStream("expressions.json"))) {
            return Json.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8), "expressions.json");
        }
    }
}
