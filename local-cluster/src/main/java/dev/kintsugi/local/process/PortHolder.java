package dev.kintsugi.local.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Finds out who listens on a port, where the system tells (Linux, for processes one may look at).
 */
public final class PortHolder {

  private static final Path PROC = Path.of("/proc");
  private static final String LISTENING = "0A";

  private PortHolder() {}

  /** Returns the program and pid that listens on {@code port}; empty if that cannot be told. */
  public static Optional<String> of(int port) {
    Set<String> sockets = new HashSet<>();
    for (String table : List.of("net/tcp", "net/tcp6")) {
      sockets.addAll(listening(PROC.resolve(table), port));
    }
    if (sockets.isEmpty()) {
      return Optional.empty();
    }
    return ProcessHandle.allProcesses()
        .map(ProcessHandle::pid)
        .filter(pid -> hasAny(pid, sockets))
        .findFirst()
        .map(ProcessTable::describe);
  }

  /** Returns the sockets of {@code table} that listen on {@code port}, as a process names them. */
  private static Set<String> listening(Path table, int port) {
    Set<String> sockets = new HashSet<>();
    String end = String.format(Locale.ROOT, ":%04X", port);
    try {
      for (String line : Files.readAllLines(table, StandardCharsets.ISO_8859_1)) {
        String[] fields = line.strip().split("\\s+", -1);
        if (fields.length > 9 && fields[1].endsWith(end) && fields[3].equals(LISTENING)) {
          sockets.add("socket:[" + fields[9] + ']');
        }
      }
    } catch (IOException notHere) {
      // Another system, or no IPv6.
    }
    return sockets;
  }

  private static boolean hasAny(long pid, Set<String> sockets) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(PROC.resolve(pid + "/fd"))) {
      for (Path file : files) {
        if (sockets.contains(target(file))) {
          return true;
        }
      }
    } catch (IOException goneOrNotAllowed) {
      return false;
    }
    return false;
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException closedMeanwhile) {
      return "";
    }
  }
}
