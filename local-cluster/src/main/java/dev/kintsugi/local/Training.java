package dev.kintsugi.local;

import dev.kintsugi.local.PartName.Kind;
import dev.kintsugi.local.embedded.Directories;
import dev.kintsugi.local.process.FreePorts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * Makes the start-up caches that are missing, by running a suite beside, on free ports, and
 * stopping it again. Needed once per build of a service.
 */
record Training(SuiteOptions options, StartListener listener) {

  private static final int NODES = 2;

  /** A JVM that made a cache writes it when it ends, several at a time on few cores. */
  private static final Duration WRITE_LIMIT = Duration.ofMinutes(3);

  /** Failure is told and forgotten: without a cache everything runs, only slower to start. */
  void run() {
    List<Kind> missing = missing();
    if (missing.isEmpty()) {
      return;
    }
    long start = System.nanoTime();
    listener.note(
        "training, once per build: start-up caches for "
            + String.join(", ", missing.stream().map(Kind::label).toList()));
    var home =
        new SuiteHome(
            options
                .root()
                .resolve(".kintsugi")
                .resolve("training-" + ProcessHandle.current().pid()));
    try {
      rehearse(home, missing);
    } catch (SuiteException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw e;
      }
      listener.note("training failed: " + e.getMessage());
    } finally {
      Directories.delete(home.directory());
    }
    for (Kind kind : missing) {
      StartCache cache = cache(kind);
      if (!cache.exists()) {
        cache.failed();
        listener.note("no start-up cache for " + kind.label() + ": it will start slower");
      }
    }
    listener.note("training took %.1f s".formatted((System.nanoTime() - start) / 1e9));
  }

  private void rehearse(SuiteHome home, List<Kind> missing) {
    var ports = new Ports(FreePorts.base(base -> new Ports(base).all(NODES)));
    SuiteOptions rehearsal =
        options.withHome(home.directory()).withPorts(ports).withNodes(NODES).withTraining(false);
    missing.forEach(kind -> cache(kind).clean());
    Suite suite = Suite.start(home, rehearsal, listener, StartCache.Use.OR_MAKE);
    List<PartName> killed =
        StopOnExit.unlessDone(
            () -> {
              listener.note("rehearsing requests and handovers");
              if (!Rehearsal.run(suite)) {
                listener.note("the rehearsal did not come to its end; caches hold less");
              }
              listener.note("stopping; each process writes its cache");
              return suite.endAtOnce(WRITE_LIMIT);
            },
            () -> suite.end(false, Duration.ZERO));
    for (Kind kind : missing) {
      if (killed.stream().noneMatch(part -> part.kind() == kind)) {
        cache(kind).adopt();
      }
    }
  }

  private List<Kind> missing() {
    return Arrays.stream(Kind.values())
        .filter(kind -> kind != Kind.REDIS && cache(kind).isWanted())
        .toList();
  }

  private StartCache cache(Kind kind) {
    Path home = options.home();
    var programs = new Programs(options, new SuiteHome(home), Secrets.random(), Urls.of(options));
    return programs.cache(kind);
  }
}
