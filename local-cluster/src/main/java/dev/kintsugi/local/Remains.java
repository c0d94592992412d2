package dev.kintsugi.local;

import dev.kintsugi.local.process.ProcessState;
import dev.kintsugi.local.process.ProcessTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a suite left behind that ended without {@code down}, such as in a crash of the machine, or
 * whose data was kept on purpose.
 */
public final class Remains {

  private Remains() {}

  /**
   * Removes what is there; with {@code keepData} only what the next start does not need. A suite of
   * which any process runs is left alone, also where its state cannot be read.
   *
   * @return whether there was anything
   * @throws SuiteException if another command is changing the suite
   */
  public static boolean sweep(Path directory, boolean keepData) {
    var home = new SuiteHome(directory.toAbsolutePath().normalize());
    if (!areIn(home)) {
      return false;
    }
    try (var _ = home.lock()) {
      if (!areIn(home) || anyRuns(home)) {
        return false;
      }
      home.clear(keepData);
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot unlock " + directory, e);
    }
  }

  /** Whether a suite was started there, and neither its state nor its data was removed since. */
  static boolean areIn(SuiteHome home) {
    return Files.isRegularFile(home.state());
  }

  private static boolean anyRuns(SuiteHome home) throws IOException {
    if (!Files.isDirectory(home.run())) {
      return false;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(home.run(), "*.pid")) {
      for (Path file : files) {
        boolean runs =
            new PidFile(file)
                .read()
                .filter(identity -> ProcessTable.stateOf(identity) != ProcessState.DEAD)
                .isPresent();
        if (runs) {
          return true;
        }
      }
    }
    return false;
  }
}
