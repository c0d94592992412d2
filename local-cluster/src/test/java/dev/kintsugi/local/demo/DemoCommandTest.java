package dev.kintsugi.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** What the command refuses before it starts anything. */
class DemoCommandTest {

  @TempDir private Path directory;
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    CommandLine line = new CommandLine(new DemoCommand());
    line.setErr(new PrintWriter(err, true));
    line.setExecutionExceptionHandler((e, command, _) -> {
      command.getErr().println(e.getMessage());
      return 1;
    });
    String[] all = java.util.Arrays.copyOf(arguments, arguments.length + 2);
    all[arguments.length] = "--home";
    all[arguments.length + 1] = directory.resolve("home").toString();
    return line.execute(all);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --seconds 29       | --seconds must be 30 to 86400, got 29
          --seconds x        | is not an int
          --users 0          | --users must be 1 to 20000, got 0
          --requests -1      | --requests must be 1 to 10000000, got -1
          --refresh soon     | must be one of reactive, threshold, predictive, got "soon"
          --format csv       | say how to read a --trace
          --nodes 2          | --nodes must be at least 3
          --port-base 80     | port base must be
          """)
  void a_mistake_is_named(String arguments, String expected) {
    System.setProperty("kintsugi.root", directory.toString());
    try {
      assertThat(run(arguments.split(" "))).isEqualTo(2);
    } finally {
      System.clearProperty("kintsugi.root");
    }
    assertThat(err.toString()).contains(expected);
    assertThat(directory.resolve("home")).doesNotExist();
  }

  @Test
  void a_bad_trace_is_refused_before_anything_is_started() throws Exception {
    Path letter = Files.writeString(directory.resolve("letter.txt"), "Dear all,\n");

    System.setProperty("kintsugi.root", directory.toString());
    try {
      assertThat(run("--trace", letter.toString())).isEqualTo(1);
      assertThat(run("--trace", directory.resolve("none").toString())).isEqualTo(1);
    } finally {
      System.clearProperty("kintsugi.root");
    }
    assertThat(err.toString()).contains("letter.txt: line 1: not a trace", "no trace file");
    assertThat(directory.resolve("home")).doesNotExist();
  }
}
