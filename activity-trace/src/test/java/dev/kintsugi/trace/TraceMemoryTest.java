package dev.kintsugi.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceMemoryTest {

  private static final int LINES = 332_334;

  /** Run in a JVM of its own. */
  static final class ReadAndCount {
    public static void main(String[] arguments) {
      ActivityTrace trace = TraceReader.create().read(Path.of(arguments[0]));
      System.out.print(trace.report().lines());
    }
  }

  @Test
  void two_years_of_mail_fit_into_a_heap_of_64_MB(@TempDir Path directory) throws Exception {
    Path file = write(directory.resolve("mail.txt"));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                ReadAndCount.class.getName(),
                file.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      String printed =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isZero();
      assertThat(printed).isEqualTo(Integer.toString(LINES));
    } finally {
      process.destroyForcibly();
    }
  }

  /** Mail of 1,000 users, no two lines alike in sender and second. */
  private static Path write(Path file) throws IOException {
    Random random = new Random(4);
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      for (int line = 0; line < LINES; line++) {
        out.write(random.nextInt(1_000) + " " + random.nextInt(1_000) + " " + line * 200L + "\n");
      }
    }
    return file;
  }
}
