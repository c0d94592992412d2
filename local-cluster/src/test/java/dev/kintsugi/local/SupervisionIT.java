package dev.kintsugi.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.local.PartName.Kind;
import dev.kintsugi.local.process.FreePorts;
import dev.kintsugi.local.process.ProcessState;
import dev.kintsugi.local.process.Signal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SupervisionIT {

  private static final PartName KAFKA = PartName.of(Kind.KAFKA);
  private static final PartName REDIS = PartName.of(Kind.REDIS);

  @TempDir private Path directory;

  private final Ports ports = new Ports(FreePorts.base(base -> new Ports(base).all(1)));
  private final Urls urls = new Urls(ports, 1, Map.of());

  @AfterEach
  void stopAll() {
    supervisor().stop(List.of(KAFKA, REDIS), Duration.ofSeconds(10));
  }

  @Test
  void kafka_and_redis_are_started_killed_started_again_and_stopped() {
    start(options());
    assertThat(supervisor().state(KAFKA)).isEqualTo(ProcessState.RUNNING);
    assertThatThrownBy(() -> start(options())).hasMessageContaining("runs already");

    supervisor().kill(KAFKA);
    assertThat(supervisor().state(KAFKA)).isEqualTo(ProcessState.DEAD);
    assertThatThrownBy(() -> supervisor().signal(KAFKA, Signal.STOP))
        .hasMessageContaining("kafka does not run");
    startUp(options()).run(List.of(KAFKA));

    supervisor().signal(REDIS, Signal.STOP);
    assertThat(supervisor().stop(List.of(KAFKA, REDIS), Duration.ofSeconds(10))).isEmpty();
    assertThat(FreePorts.firstTaken(ports.all(1))).isEmpty();
  }

  @Test
  void a_process_that_does_not_start_is_named_with_what_it_said() {
    SuiteOptions broken = options().with("kafka", "num.io.threads", "none");
    assertThatThrownBy(() -> start(broken))
        .isInstanceOf(SuiteException.class)
        .hasMessageContaining("kafka ended while it was starting")
        .hasMessageContaining("num.io.threads");
  }

  private void start(SuiteOptions options) {
    startUp(options).run(List.of(KAFKA, REDIS));
  }

  private StartUp startUp(SuiteOptions options) {
    var programs = new Programs(options, home(), Secrets.random(), urls);
    return new StartUp(supervisor(), programs, StartListener.SILENT, StartCache.Use.IF_THERE);
  }

  private Supervisor supervisor() {
    return new Supervisor(home(), urls);
  }

  private SuiteHome home() {
    var home = new SuiteHome(directory);
    home.create();
    return home;
  }

  private SuiteOptions options() {
    return SuiteOptions.of(directory).withHome(directory).withPorts(ports).withNodes(1);
  }
}
