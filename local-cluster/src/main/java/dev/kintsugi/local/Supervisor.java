package dev.kintsugi.local;

import dev.kintsugi.local.process.Detached;
import dev.kintsugi.local.process.FreePorts;
import dev.kintsugi.local.process.PortHolder;
import dev.kintsugi.local.process.ProcessIdentity;
import dev.kintsugi.local.process.ProcessState;
import dev.kintsugi.local.process.ProcessTable;
import dev.kintsugi.local.process.Signal;
import dev.kintsugi.local.process.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Starts, signals and stops the processes of one suite, by their pid files. */
record Supervisor(SuiteHome home, Urls urls) {

  private static final Duration POLL = Duration.ofMillis(20);
  private static final Duration PORT_LIMIT = Duration.ofSeconds(2);
  private static final Duration KILL_LIMIT = Duration.ofSeconds(10);

  ProcessState state(PartName part) {
    return home.pidFile(part).read().map(ProcessTable::stateOf).orElse(ProcessState.DEAD);
  }

  /** Who runs as {@code part}; empty if nobody does. */
  Optional<ProcessIdentity> running(PartName part) {
    return home.pidFile(part)
        .read()
        .filter(identity -> ProcessTable.stateOf(identity) != ProcessState.DEAD);
  }

  boolean anyRunning(Collection<PartName> parts) {
    return parts.stream().anyMatch(part -> state(part) != ProcessState.DEAD);
  }

  /**
   * Starts a process; its output goes to its log.
   *
   * @throws SuiteException if it runs already, or somebody else has its port
   */
  void launch(PartName part, List<String> command) {
    running(part)
        .ifPresent(identity -> {
          throw new SuiteException(
              part + " runs already (pid " + identity.pid() + "); see ./kintsugi status");
        });
    // The system may close a killed process's sockets a moment after the process is gone.
    List<Integer> ports = urls.portsOf(part);
    Waiting.until(PORT_LIMIT, POLL, () -> FreePorts.firstTaken(ports).isEmpty());
    requireFree(ports);
    Path log = home.log(part);
    try {
      Files.createDirectories(home.logs());
      Files.createDirectories(home.data(part));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make the directories of " + part, e);
    }
    home.pidFile(part).write(Detached.start(command, Map.of(), home.data(part), log));
  }

  /**
   * @throws SuiteException if a port is taken; names it and, where the system tells, who has it
   */
  static void requireFree(List<Integer> ports) {
    FreePorts.firstTaken(ports)
        .ifPresent(port -> {
          String holder = PortHolder.of(port).map(who -> " by " + who).orElse("");
          throw new SuiteException(
              "port %d of 127.0.0.1 is taken%s; stop that, or choose other ports with --port-base"
                  .formatted(port, holder));
        });
  }

  /**
   * @throws SuiteException if the process does not run
   */
  void signal(PartName part, Signal signal) {
    boolean sent =
        running(part).map(identity -> ProcessTable.signal(identity, signal)).orElse(false);
    if (!sent) {
      throw new SuiteException(part + " does not run; start it with ./kintsugi start " + part);
    }
  }

  /** SIGKILL; returns when the process is gone. */
  void kill(PartName part) {
    signal(part, Signal.KILL);
    awaitEnd(List.of(part), KILL_LIMIT);
  }

  /**
   * Asks processes to end, kills those that have not within {@code limit}, and returns when all are
   * gone.
   *
   * @return those that had to be killed
   */
  List<PartName> stop(Collection<PartName> parts, Duration limit) {
    for (PartName part : parts) {
      running(part)
          .ifPresent(identity -> {
            ProcessTable.signal(identity, Signal.TERM);
            // A paused process gets to its end only when it goes on.
            ProcessTable.signal(identity, Signal.CONT);
          });
    }
    awaitEnd(parts, limit);
    List<PartName> stubborn =
        parts.stream().filter(part -> state(part) != ProcessState.DEAD).toList();
    for (PartName part : stubborn) {
      running(part).ifPresent(identity -> ProcessTable.signal(identity, Signal.KILL));
    }
    awaitEnd(stubborn, KILL_LIMIT);
    parts.forEach(part -> home.pidFile(part).delete());
    return stubborn;
  }

  private void awaitEnd(Collection<PartName> parts, Duration limit) {
    Waiting.until(limit, POLL, () -> !anyRunning(parts));
  }
}
