package dev.kintsugi.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A JVM's ahead-of-time cache (JEP 483, 514): classes loaded and linked in a training run. A cache
 * that does not fit is ignored by the JVM, so it can only make a start slower, never wrong.
 */
record StartCache(Path file) {

  /** What a start does about the cache. */
  enum Use {
    /** The cache if there is one. */
    IF_THERE,
    /** The cache if there is one, else the run makes it when it ends. */
    OR_MAKE
  }

  boolean exists() {
    return Files.exists(file);
  }

  /** Whether a run has tried to make it, well or not. */
  boolean wasTried() {
    return exists() || Files.exists(failure());
  }

  List<String> flags(Use use) {
    if (exists()) {
      return with("-XX:AOTCache=" + file, "off");
    }
    return use == Use.OR_MAKE ? with("-XX:AOTCacheOutput=" + file, "error") : List.of();
  }

  private static List<String> with(String cache, String logLevel) {
    return List.of(
        cache,
        "-Xlog:aot*=" + logLevel,
        "-Xlog:cds*=" + logLevel,
        // JDK 25 stores call adapters under names that it then may not find again, and says so.
        "-XX:+IgnoreUnrecognizedVMOptions",
        "-XX:+UnlockDiagnosticVMOptions",
        "-XX:-AOTAdapterCaching");
  }

  /** Remembers that training brought nothing, so that not every start tries again. */
  void giveUp() {
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(failure(), "");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + failure(), e);
    }
  }

  private Path failure() {
    return file.resolveSibling(file.getFileName() + ".failed");
  }
}
