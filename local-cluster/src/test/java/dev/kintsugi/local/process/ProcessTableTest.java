package dev.kintsugi.local.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProcessTableTest {

  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final Duration POLL = Duration.ofMillis(10);

  @TempDir private Path directory;
  private ProcessIdentity sleeper = new ProcessIdentity(1, "none");

  @AfterEach
  void endSleeper() {
    ProcessTable.signal(sleeper, Signal.KILL);
  }

  @Test
  void a_killed_process_is_dead_only_when_the_last_of_its_threads_has_let_go() {
    assertThat(ProcessTable.state(stat("Z", 12))).isEqualTo(ProcessState.RUNNING);
    assertThat(ProcessTable.state(stat("Z", 1))).isEqualTo(ProcessState.DEAD);
    assertThat(ProcessTable.state(stat("S", 12))).isEqualTo(ProcessState.RUNNING);
    assertThat(ProcessTable.state(stat("T", 12))).isEqualTo(ProcessState.PAUSED);
  }

  private static String[] stat(String state, int threads) {
    String line = state + " 1 10 10 0 -1 4194304 1 0 0 0 3 4 0 0 20 0 " + threads + " 0 500 0";
    return line.split(" ", -1);
  }

  @Test
  void a_process_runs_is_paused_goes_on_and_dies() {
    start("sleep", "600");
    assertThat(ProcessTable.stateOf(sleeper)).isEqualTo(ProcessState.RUNNING);
    assertThat(ProcessTable.residentBytes(sleeper).getAsLong()).isPositive();

    assertThat(ProcessTable.signal(sleeper, Signal.STOP)).isTrue();
    assertThat(comesTo(ProcessState.PAUSED)).isTrue();
    assertThat(ProcessTable.signal(sleeper, Signal.CONT)).isTrue();
    assertThat(comesTo(ProcessState.RUNNING)).isTrue();
    assertThat(ProcessTable.signal(sleeper, Signal.KILL)).isTrue();
    assertThat(comesTo(ProcessState.DEAD)).isTrue();
    assertThat(ProcessTable.signal(sleeper, Signal.KILL)).isFalse();
    assertThat(ProcessTable.residentBytes(sleeper)).isEmpty();
  }

  @Test
  void a_reused_pid_is_never_signalled() {
    start("sleep", "600");
    var before = new ProcessIdentity(sleeper.pid(), "an earlier process");
    assertThat(ProcessTable.stateOf(before)).isEqualTo(ProcessState.DEAD);
    assertThat(ProcessTable.signal(before, Signal.KILL)).isFalse();
    assertThat(ProcessTable.stateOf(sleeper)).isEqualTo(ProcessState.RUNNING);
  }

  @Test
  void a_started_process_has_its_output_in_a_file_and_little_of_our_environment()
      throws IOException {
    start("sh", "-c", "echo out; echo err >&2; env | sort");
    assertThat(comesTo(ProcessState.DEAD)).isTrue();
    String printed = Files.readString(directory.resolve("log"));
    assertThat(printed).startsWith("out\nerr\n").contains("ADDED=yes");
    assertThat(printed.lines().filter(line -> line.startsWith("MAVEN"))).isEmpty();
  }

  @Test
  void a_started_process_leads_a_group_of_its_own() throws IOException {
    start("sh", "-c", "cut -d' ' -f5 /proc/$$/stat; exec sleep 600");
    assertThat(Waiting.until(LIMIT, POLL, () -> !printed().isEmpty())).isTrue();
    assertThat(printed().strip()).isEqualTo(Long.toString(sleeper.pid()));
  }

  private String printed() {
    try {
      return Files.readString(directory.resolve("log"));
    } catch (IOException notYet) {
      return "";
    }
  }

  private boolean comesTo(ProcessState state) {
    return Waiting.until(LIMIT, POLL, () -> ProcessTable.stateOf(sleeper) == state);
  }

  private void start(String... command) {
    sleeper =
        Detached.start(
            List.of(command), Map.of("ADDED", "yes"), directory, directory.resolve("log"));
  }
}
