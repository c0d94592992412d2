package dev.kintsugi.suite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The command {@code kintsugi}, run as a person would, for one suite; it does not build. */
record Command(Path root, Path home) {

  private static final int LIMIT_SECONDS = 400;

  /**
   * What a command did.
   *
   * @param out what it printed, both streams
   */
  record Result(int status, String out) {
    String lastLine() {
      return out.strip().substring(out.strip().lastIndexOf('\n') + 1);
    }
  }

  /** For the project that this test belongs to. */
  static Command of(Path home) {
    Path path = Path.of("").toAbsolutePath();
    while (!Files.isExecutable(path.resolve("kintsugi"))) {
      Path parent = path.getParent();
      if (parent == null) {
        throw new IllegalStateException("no script kintsugi above " + Path.of("").toAbsolutePath());
      }
      path = parent;
    }
    return new Command(path, home);
  }

  /** Runs {@code kintsugi} with {@code words}, separated by blanks, and waits for its end. */
  Result run(String words) {
    List<String> line = new ArrayList<>(List.of(root.resolve("kintsugi").toString()));
    line.addAll(Arrays.asList(words.split(" ", -1)));
    line.addAll(List.of("--home", home.toString()));
    var builder = new ProcessBuilder(line).redirectErrorStream(true);
    builder.environment().put("KINTSUGI_BUILD", "skip");
    try {
      Path out = Files.createTempFile("kintsugi-command", ".out");
      Process process = builder.redirectOutput(out.toFile()).start();
      boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
      if (!ended) {
        process.destroy();
        process.waitFor();
      }
      String text = Files.readString(out, StandardCharsets.UTF_8);
      Files.delete(out);
      return new Result(ended ? process.exitValue() : -1, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
