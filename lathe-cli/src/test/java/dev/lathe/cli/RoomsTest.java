package dev.lathe.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The arrows between the rooms, as ARCHITECTURE.md draws them, and what no room may do. */
class RoomsTest {
    /** A room and the rooms it may use; an arrow is also an arrow to everything behind it. */
    private static final Map<String, List<String>> ARROWS = Map.of(
            "base", List.of(),
            "tensor", List.of("base"),
            "text", List.of("base"),
            "data", List.of("text"),
            "model", List.of("tensor", "text"),
            "quant", List.of("model"),
            "train", List.of("data", "quant"),
            "run", List.of("train"),
            "bench", List.of("run"),
            "cli", List.of("bench"));

    private static final JavaClasses LATHE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("-tests.jar"))
            .withImportOption(location -> !location.contains("jmh_generated"))
            .importPackages("dev.lathe");

    static Stream<ArchRule> rules() {
        return Stream.concat(
                ARROWS.keySet().stream().sorted().map(RoomsTest::keepsItsArrows),
                Stream.of(
                        classes()
                                .should()
                                .resideInAnyPackage(rooms(ARROWS.keySet().stream()))
                                .because("a room has to be in ARROWS before anything can live in it"),
                        slices().matching("dev.lathe.(**)").should().beFreeOfCycles(),
                        noClasses()
                                .should()
                                .dependOnClassesThat()
                                .resideInAnyPackage("java.util.logging..")
                                .because("there is one log: SLF4J"),
                        noClasses()
                                .that()
                                .resideOutsideOfPackages("dev.lathe.cli..", "dev.lathe.run.report..", "dev.lathe.bench")
                                .should()
                                .accessField(System.class, "out")
                                .orShould()
                                .accessField(System.class, "err")
                                .because("rooms report events; what prints them stands at the edge"),
                        classes()
                                .should()
                                .haveNameNotMatching(".*(Utils?|Helpers?|Managers?|Impl)")
                                .because("a class is named for what it is"),
                        fields().that().areStatic().should().beFinal().because("there is no static mutable state")));
    }

    @ParameterizedTest
    @MethodSource("rules")
    void holds(ArchRule rule) {
        rule.check(LATHE);
    }

    /** Guards against an import that silently finds nothing, for which every rule would hold. */
    @Test
    void seesEveryRoom() {
        assertThat(LATHE.stream()
                        .map(type -> type.getPackageName().replaceFirst("dev\\.lathe\\.(\\w+).*", "$1"))
                        .distinct())
                .containsExactlyInAnyOrderElementsOf(ARROWS.keySet());
    }

    @Test
    void seesWhatIsForbidden() {
        ArchRule arrow = noClasses()
                .that()
                .resideInAPackage("dev.lathe.cli..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.lathe.base..");
        ArchRule print = noClasses().should().accessField(System.class, "out");
        assertThatThrownBy(() -> arrow.check(LATHE)).isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> print.check(LATHE)).isInstanceOf(AssertionError.class);
    }

    private static ArchRule keepsItsArrows(String room) {
        List<String> reached = reachedFrom(room).distinct().toList();
        String[] others = rooms(ARROWS.keySet().stream().filter(other -> !reached.contains(other)));
        return noClasses()
                .that()
                .resideInAPackage("dev.lathe." + room + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(others)
                .allowEmptyShould(true)
                .as(room + " uses only " + reached);
    }

    private static Stream<String> reachedFrom(String room) {
        return Stream.concat(
                Stream.of(room), ARROWS.getOrDefault(room, List.of()).stream().flatMap(RoomsTest::reachedFrom));
    }

    private static String[] rooms(Stream<String> names) {
        return names.map(name -> "dev.lathe." + name + "..").toArray(String[]::new);
    }
}
