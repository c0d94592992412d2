package dev.kintsugi.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.local.PartName.Kind;
import dev.kintsugi.local.cli.Kintsugi;
import dev.kintsugi.local.process.ProcessIdentity;
import dev.kintsugi.local.process.ProcessTable;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What becomes of a suite of which nothing runs any more, and that nobody has stopped. */
final class RemainsTest {

  private static final PartName KAFKA = PartName.of(Kind.KAFKA);

  @TempDir private Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void down_removes_what_a_crash_of_everything_left() throws IOException {
    leave(new ProcessIdentity(ProcessHandle.current().pid(), "a boot long ago"));
    assertThat(down()).isZero();
    assertThat(out.toString())
        .isEqualTo(
            "no suite runs in %s; removed the data and secrets that one left there%n"
                .formatted(directory));
    assertThat(left()).containsExactlyInAnyOrder("lock", "logs");

    assertThat(down()).isZero();
    assertThat(out.toString().lines().toList().getLast())
        .isEqualTo("no suite runs in " + directory);
  }

  @Test
  void down_with_keep_data_keeps_them_and_says_so() throws IOException {
    leave(new ProcessIdentity(ProcessHandle.current().pid(), "a boot long ago"));
    assertThat(down("--keep-data")).isZero();
    assertThat(out.toString()).contains("are kept").hasLineCount(1);
    assertThat(left())
        .containsExactlyInAnyOrder("conf", "data", "lock", "logs", "suite.properties");

    assertThat(down()).isZero();
    assertThat(left()).containsExactlyInAnyOrder("lock", "logs");
  }

  @Test
  void down_removes_remains_whose_state_was_only_half_written() throws IOException {
    leave(new ProcessIdentity(ProcessHandle.current().pid(), "a boot long ago"));
    Files.writeString(home().state(), "nodes=");
    assertThat(down()).isZero();
    assertThat(left()).containsExactlyInAnyOrder("lock", "logs");
  }

  @Test
  void nothing_is_removed_while_a_process_runs_whose_suite_cannot_be_read() throws IOException {
    leave(ProcessTable.identityOf(ProcessHandle.current().pid()).orElseThrow());
    Files.writeString(home().state(), "nodes=");
    assertThat(down()).isEqualTo(1);
    assertThat(err.toString())
        .contains("is damaged")
        .contains(home().run().toString())
        .contains("./kintsugi down --home " + directory);
    assertThat(left()).contains("conf", "data", "run", "suite.properties");
  }

  @Test
  void a_directory_without_a_suite_is_left_alone() throws IOException {
    Files.createDirectories(directory.resolve("data"));
    Files.createDirectories(directory.resolve("run"));
    assertThat(Remains.sweep(directory, false)).isFalse();
    assertThat(left()).containsExactlyInAnyOrder("data", "run");
  }

  @Test
  void remains_that_another_command_is_changing_are_left_alone() throws IOException {
    leave(new ProcessIdentity(ProcessHandle.current().pid(), "a boot long ago"));
    try (var _ = home().lock()) {
      assertThatThrownBy(() -> Remains.sweep(directory, false))
          .isInstanceOf(SuiteException.class)
          .hasMessageContaining("another kintsugi command");
    }
    assertThat(left()).contains("data", "suite.properties");
  }

  private SuiteHome home() {
    return new SuiteHome(directory);
  }

  /** As a suite does of which {@code kafka} ran last. */
  private void leave(ProcessIdentity kafka) throws IOException {
    home().create();
    var options = SuiteOptions.of(directory).withHome(directory);
    new SuiteState(options, Secrets.random()).write(home());
    home().pidFile(KAFKA).write(kafka);
    Files.createDirectories(home().data(KAFKA));
    Files.writeString(home().data(KAFKA).resolve("0.log"), "a record");
    SuiteHome.writeSecret(home().conf().resolve("kafka.yaml"), "a secret");
  }

  private List<String> left() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  private int down(String... more) {
    CommandLine line = Kintsugi.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    List<String> words =
        Stream.concat(Stream.of("down", "--home", directory.toString()), Stream.of(more)).toList();
    return line.execute(words.toArray(String[]::new));
  }
}
