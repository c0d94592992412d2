package dev.kintsugi.local.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** What the command refuses before it starts anything. */
class VerifyCommandTest {

  @TempDir private Path directory;
  private final StringWriter err = new StringWriter();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --runs 3                                | Missing required option: '--fault=FAULT'
          --fault earthquake                      | --fault must be one of kill, pause, drain
          --fault kill --runs 0                   | --runs must be 1 to 1000, got 0
          --fault kill --runs many                | is not an int
          --fault kill --rate 0                   | --rate must be 1 to 5000, got 0
          --fault kill --rate 5001                | --rate must be 1 to 5000, got 5001
          --fault kill --rate fast                | --rate must be auto or 1 to 5000, got "fast"
          --fault kill --rate 99999999999         | --rate must be auto or 1 to 5000, got "99999999999"
          --fault kill --warm-up 0                | --warm-up 0 needs --rate R
          --fault kill --seconds 0                | --seconds must be 1 to 3600, got 0
          --fault kill --seconds 3601             | --seconds must be 1 to 3600, got 3601
          --fault kill --seed x                   | is not a long
          --fault kill --sessions 7               | --sessions must be 8 to 5000, got 7
          --fault kill --probes 1001              | --probes must be 0 to 1000, got 1001
          --fault kill --warm-up -1               | --warm-up must be 0 to 3600, got -1
          --fault pause --deaf -1                 | --deaf must be 0 to 10000, got -1
          --fault pause --deaf x                  | is not an int
          --fault kill --deaf 100                 | --deaf is about nodes that stood still
          --fault pause --deaf 9 --nodes 6        | needs relays, which there are for at most 5 nodes
          --fault kill --by namespaces            | --by namespaces is for --fault partition-full
          --fault slow-network --by namespaces    | --by namespaces is for --fault partition-full
          --fault partition-full --by pigeons     | --by must be relays or namespaces
          --fault kill --nodes 2                  | --nodes must be at least 3
          --fault kill --port-base 80             | port base must be
          --fault pause --broken nothing          | --broken must be one of answer-before-read-back
          """)
  void a_mistake_is_named(String arguments, String expected) {
    CommandLine line = new CommandLine(new VerifyCommand());
    line.setErr(new PrintWriter(err, true));
    System.setProperty("kintsugi.root", directory.toString());
    try {
      String all = arguments + " --home " + directory.resolve("home");
      assertThat(line.execute(all.split(" "))).isEqualTo(2);
    } finally {
      System.clearProperty("kintsugi.root");
    }
    assertThat(err.toString()).contains(expected);
    assertThat(directory.resolve("home")).doesNotExist();
  }
}
