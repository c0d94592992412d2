package dev.kintsugi.local.process;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Starts processes that outlive this one: each in a session or process group of its own, so that
 * neither Ctrl-C nor a closed terminal reaches it, with its output in a file.
 */
public final class Detached {

  /** What a started process sees of this one's environment; everything else could change it. */
  private static final Set<String> ENVIRONMENT =
      Set.of("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "USER", "JAVA_TOOL_OPTIONS");

  private Detached() {}

  /**
   * Starts {@code command} in {@code directory}; its output is appended to {@code log}.
   *
   * @throws UncheckedIOException if the program cannot be started
   */
  public static ProcessIdentity start(
      List<String> command, Map<String, String> environment, Path directory, Path log) {
    return hasSetsid()
        ? withSetsid(command, environment, directory, log)
        : withJobControl(command, environment, directory, log);
  }

  private static ProcessIdentity withSetsid(
      List<String> command, Map<String, String> environment, Path directory, Path log) {
    var line = new ArrayList<>(List.of("setsid"));
    line.addAll(command);
    var builder =
        builder(line, environment, directory)
            .redirectInput(new File("/dev/null"))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    try {
      // setsid becomes the program itself, so the pid stays.
      return identify(builder.start().pid(), command);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + command.getFirst(), e);
    }
  }

  private static ProcessIdentity withJobControl(
      List<String> command, Map<String, String> environment, Path directory, Path log) {
    var line = new ArrayList<>(List.of("/bin/bash", "-c"));
    line.add("set -m; log=$1; shift; nohup \"$@\" >>\"$log\" 2>&1 </dev/null & echo $!");
    line.addAll(List.of("bash", log.toString()));
    line.addAll(command);
    try {
      Process shell = builder(line, environment, directory).start();
      String pid =
          new String(shell.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
      return identify(Long.parseLong(pid), command);
    } catch (IOException | NumberFormatException e) {
      throw new IllegalStateException("cannot start " + command.getFirst() + " through bash", e);
    }
  }

  private static ProcessBuilder builder(
      List<String> line, Map<String, String> environment, Path directory) {
    var builder = new ProcessBuilder(line).directory(directory.toFile());
    builder.environment().keySet().retainAll(ENVIRONMENT);
    builder.environment().putAll(environment);
    return builder;
  }

  private static ProcessIdentity identify(long pid, List<String> command) {
    return ProcessTable.identityOf(pid)
        .orElseThrow(
            () -> new IllegalStateException(command.getFirst() + " ended as soon as it started"));
  }

  private static boolean hasSetsid() {
    return Lazy.SETSID;
  }

  private static final class Lazy {
    static final boolean SETSID = Commands.run("sh", "-c", "command -v setsid").isPresent();
  }
}
