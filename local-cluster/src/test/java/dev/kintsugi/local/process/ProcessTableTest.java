package dev.kintsugi.local.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
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
  @EnabledOnOs(OS.LINUX)
  void a_process_whose_first_thread_has_ended_runs_until_the_last_has_let_go_of_its_port()
      throws IOException {
    start(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx32m",
        "-XX:TieredStopAtLevel=1",
        "--enable-native-access=ALL-UNNAMED",
        "-cp",
        System.getProperty("java.class.path"),
        FirstThreadGone.class.getName());
    assertThat(Waiting.until(LIMIT, POLL, () -> printed().endsWith("\n"))).as(printed()).isTrue();
    int port = Integer.parseInt(printed().strip());
    assertThat(Waiting.until(LIMIT, POLL, () -> letterOf(sleeper.pid()) == 'Z')).isTrue();

    assertThat(accepts(port)).isTrue();
    assertThat(ProcessTable.identityOf(sleeper.pid())).contains(sleeper);
    assertThat(ProcessTable.stateOf(sleeper)).isEqualTo(ProcessState.RUNNING);

    assertThat(ProcessTable.signal(sleeper, Signal.KILL)).isTrue();
    assertThat(comesTo(ProcessState.DEAD)).isTrue();
    assertThat(ProcessTable.identityOf(sleeper.pid())).isEmpty();
    assertThat(accepts(port)).isFalse();
  }

  /** The state's letter as Linux tells it. */
  private static char letterOf(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2);
    } catch (IOException gone) {
      return '-';
    }
  }

  private static boolean accepts(int port) {
    try (var _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return true;
    } catch (IOException refused) {
      return false;
    }
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
