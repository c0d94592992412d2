package dev.kintsugi.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.local.PartName.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ServiceSettingsTest {

  @TempDir private Path directory;

  private final SuiteOptions options =
      SuiteOptions.of(Path.of("."))
          .withPorts(new Ports(9000))
          .with("node", "kintsugi.node.lease", "300ms")
          .with("node-2", "kintsugi.node.lease", "400ms");
  private final ServiceSettings settings =
      new ServiceSettings(options, Secrets.random(), Urls.of(options));

  @Test
  void every_part_finds_the_others_by_the_port_base() {
    assertThat(settings.cluster())
        .containsEntry("kintsugi.cluster.kafka.bootstrap-servers", "127.0.0.1:9081")
        .containsEntry("kintsugi.cluster.issuer", "http://127.0.0.1:9001");
    assertThat(settings.of(PartName.node(3), directory))
        .containsEntry("server.port", "9023")
        .containsEntry("kintsugi.node.id", "node-3")
        .containsEntry("kintsugi.node.coordinators", "http://127.0.0.1:9011,http://127.0.0.1:9012")
        .containsEntry("kintsugi.node.token-service", "http://127.0.0.1:9002");
    assertThat(settings.of(PartName.of(Kind.TOKEN_SERVICE), directory))
        .containsEntry("kintsugi.tokens.redis-url", "redis://127.0.0.1:9091");
  }

  @Test
  void a_setting_of_one_process_wins_over_that_of_its_kind() {
    assertThat(settings.of(PartName.node(1), directory))
        .containsEntry("kintsugi.node.lease", "300ms");
    assertThat(settings.of(PartName.node(2), directory))
        .containsEntry("kintsugi.node.lease", "400ms");
  }

  @Test
  void secrets_differ_between_suites_and_are_not_printed() {
    Secrets secrets = Secrets.random();
    assertThat(secrets).isNotEqualTo(Secrets.random());
    assertThat(secrets.toString()).doesNotContain(secrets.internalSecret(), secrets.password());
    assertThat(secrets.get("slot-hash-key")).matches("[0-9a-f]{32}");
  }

  @Test
  void yaml_quotes_what_would_mean_something_else() {
    assertThat(ServiceSettings.yaml(Map.of("b", "it's: #1", "a", "yes")))
        .isEqualTo("'a': 'yes'\n'b': 'it''s: #1'\n");
    assertThatThrownBy(() -> ServiceSettings.yaml(Map.of("a", "two\nlines")))
        .isInstanceOf(SuiteException.class);
  }

  @Test
  void what_was_started_is_known_to_later_commands() throws IOException {
    var home = new SuiteHome(directory);
    assertThat(SuiteState.read(home)).isEmpty();
    var state = new SuiteState(options.withHome(directory), Secrets.random());
    state.write(home);
    assertThat(SuiteState.read(home)).contains(state);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home.state())))
        .isEqualTo("rw-------");
  }

  @Test
  void a_damaged_state_is_reported_by_name() throws IOException {
    var home = new SuiteHome(directory);
    Files.writeString(home.state(), "port-base=many\n");
    assertThatThrownBy(() -> SuiteState.read(home))
        .isInstanceOf(SuiteException.class)
        .hasMessageContaining("suite.properties is damaged");
  }

  @Test
  void two_commands_cannot_change_one_suite_at_a_time() throws IOException {
    var home = new SuiteHome(directory);
    try (var _ = home.lock()) {
      assertThatThrownBy(home::lock)
          .isInstanceOf(SuiteException.class)
          .hasMessageContaining("another kintsugi command");
    }
    home.lock().close();
  }
}
