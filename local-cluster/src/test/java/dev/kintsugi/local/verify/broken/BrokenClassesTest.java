package dev.kintsugi.local.verify.broken;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.local.SuiteException;
import dev.kintsugi.local.console.ProjectRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BrokenClassesTest {

  @ParameterizedTest
  @EnumSource
  void what_a_broken_rule_replaces_is_there(BrokenRule rule) {
    assertThat(BrokenClasses.source(ProjectRoot.find(), rule))
        .contains(rule.instead())
        .doesNotContain(rule.text());
  }

  @Test
  void a_source_that_has_changed_is_refused(@TempDir Path root) throws IOException {
    Path domain = root.resolve("session-shard-service/src/main/java/dev/kintsugi/node/domain");
    Files.createDirectories(domain);
    BrokenRule rule = BrokenRule.SKIP_LEASE_WAIT;
    assertThatThrownBy(() -> BrokenClasses.source(root, rule))
        .isInstanceOf(SuiteException.class)
        .hasMessageContaining("cannot read");
    Files.writeString(domain.resolve("SlotMachine.java"), "final class SlotMachine {}");
    assertThatThrownBy(() -> BrokenClasses.source(root, rule))
        .isInstanceOf(SuiteException.class)
        .hasMessageContaining("skip-lease-wait cannot be broken");
    Files.writeString(domain.resolve("SlotMachine.java"), rule.text() + rule.text());
    assertThatThrownBy(() -> BrokenClasses.source(root, rule)).hasMessageContaining("more than");
  }

  @Test
  void rules_have_names() {
    assertThat(BrokenRule.find("answer-before-read-back"))
        .contains(BrokenRule.ANSWER_BEFORE_READ_BACK);
    assertThat(BrokenRule.find("none")).isEmpty();
  }
}
