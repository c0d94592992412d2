package dev.kintsugi.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * A JVM's ahead-of-time cache (JEP 483, 514): classes loaded and linked in a training run. A cache
 * that does not fit is ignored by the JVM, so it can only make a start slower, never wrong.
 */
record StartCache(Path file) {

  private static final int ATTEMPTS = 2;

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

  /** Whether a training run is worth while: there is no cache, and it has not failed twice. */
  boolean isWanted() {
    return !exists() && failures() < ATTEMPTS;
  }

  List<String> flags(Use use) {
    if (exists()) {
      return with("-XX:AOTCache=" + file, "off");
    }
    return use == Use.OR_MAKE ? with("-XX:AOTCacheOutput=" + made(), "error") : List.of();
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

  /**
   * Takes what a training run has made, when that run is over; nothing happens if there is none.
   */
  void adopt() {
    try {
      if (Files.exists(made())) {
        Files.move(made(), file, StandardCopyOption.ATOMIC_MOVE);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }

  /** Drops what an earlier training run has left half done. */
  void clean() {
    try {
      Files.deleteIfExists(made());
      Files.deleteIfExists(made().resolveSibling(made().getFileName() + ".config"));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + made(), e);
    }
  }

  /** Remembers that training brought nothing, so that not every start tries again. */
  void failed() {
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(failure(), ".".repeat(failures() + 1));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + failure(), e);
    }
  }

  private int failures() {
    return (int) failure().toFile().length();
  }

  private Path made() {
    return file.resolveSibling(file.getFileName() + ".new");
  }

  private Path failure() {
    return file.resolveSibling(file.getFileName() + ".failed");
  }
}
