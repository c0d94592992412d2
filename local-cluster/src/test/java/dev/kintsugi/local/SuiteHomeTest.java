package dev.kintsugi.local;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SuiteHomeTest {

  @TempDir private Path directory;

  @Test
  void one_verification_at_a_time() throws IOException {
    var home = new SuiteHome(directory);
    try (var _ = home.lockForVerification()) {
      assertThatThrownBy(home::lockForVerification)
          .isInstanceOf(SuiteException.class)
          .hasMessageContaining("another verification of the suite in " + directory);
      // Which starts and stops processes by other commands' leave.
      home.lock().close();
    }
    home.lockForVerification().close();
  }

  @Test
  void one_command_at_a_time_changes_a_suite() throws IOException {
    var home = new SuiteHome(directory);
    try (var _ = home.lock()) {
      assertThatThrownBy(home::lock)
          .isInstanceOf(SuiteException.class)
          .hasMessageContaining("another kintsugi command is changing the suite");
    }
    home.lock().close();
  }
}
