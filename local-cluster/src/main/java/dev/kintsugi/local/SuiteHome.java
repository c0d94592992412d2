package dev.kintsugi.local;

import dev.kintsugi.local.embedded.Directories;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The directory of one suite.
 *
 * <pre>
 * suite.properties   how it was started, and its secrets (0600)
 * run/NAME.pid       who runs
 * logs/NAME.log      what they print; kept until the next start
 * conf/…             settings made for them (0600)
 * data/NAME/…        what Kafka and Redis keep
 * lock               held by the command that changes something
 * </pre>
 */
record SuiteHome(Path directory) {

  Path state() {
    return directory.resolve("suite.properties");
  }

  PidFile pidFile(PartName part) {
    return new PidFile(run().resolve(part + ".pid"));
  }

  Path run() {
    return directory.resolve("run");
  }

  Path log(PartName part) {
    return logs().resolve(part + ".log");
  }

  Path logs() {
    return directory.resolve("logs");
  }

  Path conf() {
    return directory.resolve("conf");
  }

  Path data(PartName part) {
    return directory.resolve("data").resolve(part.toString());
  }

  /** Makes the directories of a new suite; drops the logs of the last one. */
  void create() {
    Directories.delete(logs());
    try {
      for (String name : new String[] {"run", "logs", "conf", "data"}) {
        Files.createDirectories(directory.resolve(name));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make the directories of " + directory, e);
    }
  }

  /** Removes what a stopped suite needs no more; its logs stay. */
  void clear(boolean keepData) {
    Directories.delete(run());
    if (!keepData) {
      Directories.delete(conf());
      Directories.delete(directory.resolve("data"));
      Directories.delete(state());
    }
  }

  /** Writes a file that only its owner may read. */
  static void writeSecret(Path file, String text) {
    try {
      Files.createDirectories(file.getParent());
      Files.deleteIfExists(file);
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }

  /**
   * Keeps other commands from changing this suite until closed.
   *
   * @throws SuiteException if another command is at it
   */
  Lock lock() {
    return lock(
        "lock",
        "another kintsugi command is changing the suite in " + directory + "; wait for it to end");
  }

  /**
   * Keeps other verifications of this suite from beginning until closed.
   *
   * @throws SuiteException if one is under way
   */
  Lock lockForVerification() {
    return lock(
        "verify.lock",
        "another verification of the suite in "
            + directory
            + " is under way, and each would take the other's faults for its own: wait for it to"
            + " end, or take another suite with --home");
  }

  private Lock lock(String name, String busy) {
    try {
      Files.createDirectories(directory);
      FileChannel channel =
          FileChannel.open(
              directory.resolve(name), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        if (channel.tryLock() != null) {
          return channel::close;
        }
      } catch (OverlappingFileLockException ofThisProcess) {
        // As if it were another's.
      }
      channel.close();
      throw new SuiteException(busy);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot lock " + directory, e);
    }
  }

  /** A lock that is held. */
  @FunctionalInterface
  interface Lock extends AutoCloseable {
    @Override
    void close() throws IOException;
  }
}
