package dev.kintsugi.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.local.PartName.Kind;
import dev.kintsugi.local.process.FreePorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A start that fails, because nothing is built where it looks: with remains and without. */
final class RemainsIT {

  private static final Path RECORD = Path.of("data", "kafka", "a-record");

  @TempDir private Path directory;
  @TempDir private Path project;

  private final List<String> notes = new ArrayList<>();

  @Test
  void a_start_on_remains_says_so_and_what_was_there_stays() throws IOException {
    var home = new SuiteHome(directory);
    home.create();
    new SuiteState(options(), Secrets.random()).write(home);
    Secrets secrets = SuiteState.read(home).orElseThrow().secrets();
    Files.createDirectories(home.data(PartName.of(Kind.KAFKA)));
    Files.writeString(directory.resolve(RECORD), "cup");

    fail();
    assertThat(notes)
        .singleElement()
        .asString()
        .contains("going on with the data and secrets", directory.toString(), "./kintsugi down");
    assertThat(directory.resolve(RECORD)).hasContent("cup");
    assertThat(SuiteState.read(home).orElseThrow().secrets()).isEqualTo(secrets);
  }

  @Test
  void a_start_on_nothing_is_silent_and_leaves_nothing() throws IOException {
    fail();
    assertThat(notes).isEmpty();
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.map(file -> file.getFileName().toString())).containsOnly("lock", "logs");
    }
  }

  private void fail() {
    assertThatThrownBy(() -> Suite.start(options(), listener()))
        .isInstanceOf(SuiteException.class)
        .hasMessageContaining("is not built");
  }

  private StartListener listener() {
    return new StartListener() {
      @Override
      public void note(String text) {
        notes.add(text);
      }

      @Override
      public void starting(String part) {}

      @Override
      public void ready(String part, Duration took) {}
    };
  }

  private SuiteOptions options() {
    int base = FreePorts.base(it -> new Ports(it).all(1));
    return SuiteOptions.of(project)
        .withHome(directory)
        .withPorts(new Ports(base))
        .withNodes(1)
        .withTraining(false);
  }
}
