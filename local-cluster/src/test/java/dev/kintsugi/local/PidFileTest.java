package dev.kintsugi.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.local.process.ProcessIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PidFileTest {

  @TempDir private Path directory;

  @Test
  void what_is_written_is_read() {
    var file = new PidFile(directory.resolve("node-1.pid"));
    assertThat(file.read()).isEmpty();
    file.write(new ProcessIdentity(4711, "123@boot"));
    file.write(new ProcessIdentity(4712, "456@boot"));
    assertThat(file.read()).contains(new ProcessIdentity(4712, "456@boot"));
    file.delete();
    file.delete();
    assertThat(file.read()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "4711", "4711\n", "x\nstart", "-1\nstart", "0\nstart", "1\n \n", "1\na\nb"})
  void a_damaged_file_names_nobody(String content) throws IOException {
    Path path = directory.resolve("node-1.pid");
    Files.writeString(path, content);
    assertThat(new PidFile(path).read()).isEmpty();
  }
}
