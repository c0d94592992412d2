package dev.kintsugi.local;

import dev.kintsugi.local.process.ProcessIdentity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;

/**
 * Remembers a process across commands: its pid and when it began, so that a later process with the
 * same pid is never taken for it.
 */
record PidFile(Path path) {

  /** Returns what is written; empty if there is no file or nothing sensible in it. */
  Optional<ProcessIdentity> read() {
    try {
      List<String> lines = Files.readAllLines(path);
      return lines.size() == 2
          ? Optional.of(new ProcessIdentity(Long.parseLong(lines.get(0)), lines.get(1)))
          : Optional.empty();
    } catch (NoSuchFileException none) {
      return Optional.empty();
    } catch (IOException | IllegalArgumentException damaged) {
      return Optional.empty();
    }
  }

  /** Replaces what was written, in one step. */
  void write(ProcessIdentity identity) {
    try {
      Path whole = path.resolveSibling(path.getFileName() + ".part");
      Files.writeString(whole, identity.pid() + "\n" + identity.start() + "\n");
      Files.move(whole, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + path, e);
    }
  }

  void delete() {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + path, e);
    }
  }
}
