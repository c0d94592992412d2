package dev.kintsugi.local;

import dev.kintsugi.local.PartName.Kind;
import dev.kintsugi.local.process.ProcessState;
import dev.kintsugi.local.process.ProcessTable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * Starts processes until all are ready: Kafka, Redis and the identity provider at once, the others
 * when those two serve, a few at a time. One loop, one thread.
 */
final class StartUp {

  /** What the services need from their first moment. */
  private static final Set<Kind> FOUNDATION = EnumSet.of(Kind.KAFKA, Kind.REDIS);

  /** In this order, so that whoever is waited for is started before whoever waits. */
  private static final List<Kind> ORDER =
      List.of(
          Kind.KAFKA,
          Kind.REDIS,
          Kind.IDENTITY_PROVIDER,
          Kind.COORDINATOR,
          Kind.NODE,
          Kind.TOKEN_SERVICE,
          Kind.GATEWAY);

  /** JVMs that boot at a time: more only take the cores from each other. */
  private static final int AT_ONCE = Math.max(3, Runtime.getRuntime().availableProcessors() + 1);

  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final Duration POLL = Duration.ofMillis(50);
  private static final int LINES_SHOWN = 25;
  /*
   * Where the kernel groups processes by their session (autogroup), priorities count within a group
   * only, and each process here has a session of its own: the group's must be lowered as well.
   */
  private static final List<String> AT_LOWEST_PRIORITY =
      List.of(
          "sh",
          "-c",
          "(echo 19 > /proc/self/autogroup) 2> /dev/null; exec nice -n 19 \"$@\"",
          "gently");

  /** On a machine that has no time at all for the lowest priority, a start must end as well. */
  private static final Duration GENTLE_AT_MOST = Duration.ofSeconds(20);

  /**
   * Nobody waits for a node before it is ready: others serve meanwhile, and would be held up by all
   * that it does to get there. Longer than it warms up, shorter than a start may take.
   */
  private static final Duration NODE_GENTLE_AT_MOST = Duration.ofSeconds(60);

  /**
   * One that listens may have its part in what goes on, and must not starve beside a full load. A
   * node has none until it is ready: it warms up first.
   */
  private static final Duration GENTLE_WHILE_LISTENING = Duration.ofSeconds(3);

  private enum Phase {
    WAITING,
    BOOTING,
    LISTENING,
    READY
  }

  private static final class Progress {
    private Phase phase = Phase.WAITING;
    private long startNanos;
    private long listeningNanos;
    private boolean raised;
  }

  private final Supervisor supervisor;
  private final Programs programs;
  private final StartListener listener;
  private final StartCache.Use caches;
  private final boolean gentle;
  private final Map<PartName, Progress> parts = new LinkedHashMap<>();

  StartUp(Supervisor supervisor, Programs programs, StartListener listener, StartCache.Use caches) {
    this(supervisor, programs, listener, caches, false);
  }

  /**
   * @param gentle whether processes start at the lowest priority, so that those that run already
   *     are not held up, and get the usual one when they are ready, have listened for three seconds
   *     or been started for twenty; nodes, which take no part before they are ready, when they are
   *     or have been started for sixty; where the system does not allow that they keep the lowest
   */
  StartUp(
      Supervisor supervisor,
      Programs programs,
      StartListener listener,
      StartCache.Use caches,
      boolean gentle) {
    this.gentle = gentle;
    this.supervisor = supervisor;
    this.programs = programs;
    this.listener = listener;
    this.caches = caches;
  }

  /**
   * Starts {@code wanted} and returns when all are ready.
   *
   * @throws SuiteException if one ends or is not ready in time; carries its last lines
   */
  void run(List<PartName> wanted) {
    for (Kind kind : ORDER) {
      wanted.stream()
          .filter(part -> part.kind() == kind)
          .sorted()
          .forEach(part -> parts.put(part, new Progress()));
    }
    try (var readiness = new Readiness(programs)) {
      while (!parts.values().stream().allMatch(part -> part.phase == Phase.READY)) {
        if (Thread.currentThread().isInterrupted()) {
          throw new SuiteException("interrupted");
        }
        parts.forEach((part, progress) -> advance(part, progress, readiness));
        LockSupport.parkNanos(POLL.toNanos());
      }
    }
  }

  private void advance(PartName part, Progress progress, Readiness readiness) {
    switch (progress.phase) {
      case WAITING -> {
        if (mayStart(part)) {
          var command = new ArrayList<>(gentle ? AT_LOWEST_PRIORITY : List.of());
          command.addAll(programs.command(part, useOfCache(part)));
          supervisor.launch(part, command);
          progress.startNanos = System.nanoTime();
          progress.phase = Phase.BOOTING;
          listener.starting(part.toString());
        }
      }
      case BOOTING -> {
        requireGoingOn(part, progress);
        if (gentle && since(progress).compareTo(gentleAtMost(part)) > 0) {
          raise(part, progress);
        }
        if (readiness.listens(part)) {
          progress.phase = Phase.LISTENING;
          progress.listeningNanos = System.nanoTime();
        }
      }
      case LISTENING -> {
        requireGoingOn(part, progress);
        boolean ready = readiness.isReady(part);
        long listened = System.nanoTime() - progress.listeningNanos;
        boolean takesPart =
            part.kind() != Kind.NODE && listened >= GENTLE_WHILE_LISTENING.toNanos();
        if (gentle && (ready || takesPart || since(progress).compareTo(gentleAtMost(part)) > 0)) {
          raise(part, progress);
        }
        if (ready) {
          progress.phase = Phase.READY;
          listener.ready(part.toString(), since(progress));
        }
      }
      case READY -> {}
    }
  }

  private static Duration gentleAtMost(PartName part) {
    return part.kind() == Kind.NODE ? NODE_GENTLE_AT_MOST : GENTLE_AT_MOST;
  }

  /** Once: where the system does not allow it, asking again is in vain. */
  private void raise(PartName part, Progress progress) {
    if (!progress.raised) {
      progress.raised = true;
      supervisor.running(part).ifPresent(ProcessTable::usualPriority);
    }
  }

  /** Several processes of a kind must not make the same cache. */
  private StartCache.Use useOfCache(PartName part) {
    return part.number() <= 1 ? caches : StartCache.Use.IF_THERE;
  }

  private boolean mayStart(PartName part) {
    if (FOUNDATION.contains(part.kind()) || part.kind() == Kind.IDENTITY_PROVIDER) {
      return true;
    }
    boolean founded =
        parts.entrySet().stream()
            .filter(entry -> FOUNDATION.contains(entry.getKey().kind()))
            .allMatch(entry -> entry.getValue().phase == Phase.READY);
    long booting =
        parts.values().stream().filter(progress -> progress.phase == Phase.BOOTING).count();
    return founded && booting < AT_ONCE;
  }

  private void requireGoingOn(PartName part, Progress progress) {
    if (supervisor.state(part) == ProcessState.DEAD) {
      throw failed(part, "ended while it was starting");
    }
    if (since(progress).compareTo(LIMIT) > 0) {
      throw failed(part, "was not ready after " + LIMIT.toSeconds() + " s");
    }
  }

  private static Duration since(Progress progress) {
    return Duration.ofNanos(System.nanoTime() - progress.startNanos);
  }

  private SuiteException failed(PartName part, String what) {
    Path log = supervisor.home().log(part);
    return new SuiteException(
        "%s %s; the last lines of %s:%n%s".formatted(part, what, log, lastLines(log)));
  }

  private static String lastLines(Path log) {
    try {
      List<String> lines = Files.readString(log, StandardCharsets.ISO_8859_1).lines().toList();
      int from = Math.max(0, lines.size() - LINES_SHOWN);
      return String.join(System.lineSeparator(), lines.subList(from, lines.size()));
    } catch (IOException e) {
      return "(cannot be read: " + e.getMessage() + ')';
    }
  }
}
