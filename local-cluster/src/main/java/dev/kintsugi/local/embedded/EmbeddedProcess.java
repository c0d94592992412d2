package dev.kintsugi.local.embedded;

import dev.kintsugi.local.process.ProcessIdentity;
import dev.kintsugi.local.process.ProcessState;
import dev.kintsugi.local.process.ProcessTable;
import dev.kintsugi.local.process.Signal;
import dev.kintsugi.local.process.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * A server in a child process that ends with this JVM at the latest. Not thread-safe.
 *
 * <p>The child's standard input stays open as long as this JVM lives.
 */
final class EmbeddedProcess {

  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(20);
  private static final Duration POLL = Duration.ofMillis(25);
  private static final int LINES_SHOWN = 30;

  private final String name;
  private final Path log;
  private final Supplier<List<String>> command;
  private final BooleanSupplier ready;
  private final Thread atExit = new Thread(this::kill, "embedded-process-exit");
  private Optional<Process> process = Optional.empty();

  EmbeddedProcess(String name, Path log, Supplier<List<String>> command, BooleanSupplier ready) {
    this.name = name;
    this.log = log;
    this.command = command;
    this.ready = ready;
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /**
   * Starts the server and waits until it is ready.
   *
   * @throws IllegalStateException if it ends or is not ready in a minute; carries its last lines
   */
  void start() {
    if (isAlive()) {
      throw new IllegalStateException(name + " runs already");
    }
    Process started = launch();
    process = Optional.of(started);
    Waiting.until(START_LIMIT, POLL, () -> !started.isAlive() || ready.getAsBoolean());
    if (!started.isAlive() || !ready.getAsBoolean()) {
      kill();
      throw new IllegalStateException(name + " did not start; its last lines:\n" + lastLines());
    }
  }

  boolean isAlive() {
    return process.filter(Process::isAlive).isPresent();
  }

  /** Asks the server to end and waits; kills it if it does not within 20 s. */
  void stop() {
    process.ifPresent(running -> {
      running.destroy();
      signal(Signal.CONT);
      try {
        if (!running.waitFor(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
          kill();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        kill();
      }
    });
  }

  /** SIGKILL; returns when the process is gone. */
  void kill() {
    process.ifPresent(running -> running.destroyForcibly().onExit().join());
  }

  void signal(Signal signal) {
    process
        .flatMap(running -> ProcessTable.identityOf(running.pid()))
        .ifPresent(identity -> ProcessTable.signal(identity, signal));
  }

  Optional<ProcessState> state() {
    return process.flatMap(p -> ProcessTable.identityOf(p.pid())).map(ProcessTable::stateOf);
  }

  Optional<ProcessIdentity> identity() {
    return process.flatMap(running -> ProcessTable.identityOf(running.pid()));
  }

  /** Kills the server and forgets it. */
  void close() {
    kill();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException endingAlready) {
      // Then the hook has run or is about to.
    }
  }

  private Process launch() {
    try {
      return new ProcessBuilder(command.get())
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + name, e);
    }
  }

  private String lastLines() {
    try {
      List<String> lines = Files.readString(log, StandardCharsets.ISO_8859_1).lines().toList();
      return String.join(
          "\n", lines.subList(Math.max(0, lines.size() - LINES_SHOWN), lines.size()));
    } catch (IOException e) {
      return "(no log: " + e.getMessage() + ')';
    }
  }
}
