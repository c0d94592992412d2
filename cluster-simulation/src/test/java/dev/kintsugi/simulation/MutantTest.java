package dev.kintsugi.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.local.console.ProjectRoot;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The mutants fit the sources; which of them are caught is for {@code simulate --mutants}. */
class MutantTest {

  private static final Path ROOT = ProjectRoot.find();

  static List<String> names() {
    return Stream.concat(Mutant.ALL.stream(), Mutant.BY_SCENARIO.stream())
        .map(Mutant::name)
        .toList();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("names")
  void every_mutant_fits_the_sources_and_runs(String name) throws Exception {
    Class<?> simulation =
        MutantLoader.of(Mutant.named(name), ROOT).loadClass(Simulation.class.getName());
    assertThat(simulation).isNotSameAs(Simulation.class);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "answer-before-read-back",
        "same-epoch-after-restart",
        "new-owner-does-not-fence",
        "lease-renewed-without-reading-back"
      })
  void a_broken_rule_is_found_within_ten_seeds(String name) throws Exception {
    Mutants mutants = new Mutants(ROOT, 1, 10);
    assertThat(mutants.run(List.of(Mutant.named(name)), System.out)).isTrue();
  }

  @Test
  void an_edit_that_does_not_fit_any_more_is_an_error() {
    Mutant stale = new Mutant("stale", List.of(new Mutant.Edit("README.md", "no such text", "")));
    assertThatThrownBy(() -> MutantLoader.of(stale, ROOT))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("stale");
  }

  @Test
  void an_unknown_name_is_refused_with_the_names_there_are() {
    assertThatThrownBy(() -> Mutant.named("nobody"))
        .hasMessageContaining("nobody")
        .hasMessageContaining("answer-before-read-back");
  }
}
