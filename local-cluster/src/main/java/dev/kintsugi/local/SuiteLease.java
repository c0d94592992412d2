package dev.kintsugi.local;

import dev.kintsugi.local.process.FreePorts;
import java.util.Optional;

/**
 * A suite to use for a while: the one that runs, or one started for the purpose and stopped with
 * {@link #close}, also on Ctrl-C.
 */
public final class SuiteLease implements AutoCloseable {

  private final Suite suite;
  private final Optional<Thread> hook;

  private SuiteLease(Suite suite, boolean own) {
    this.suite = suite;
    this.hook = own ? Optional.of(new Thread(this::stop, "stop-suite")) : Optional.empty();
    hook.ifPresent(Runtime.getRuntime()::addShutdownHook);
  }

  /**
   * Takes the suite that runs in the home of {@code options}, or starts one there: on the ports of
   * {@code options} if they are free, else on others.
   */
  public static SuiteLease acquire(SuiteOptions options, StartListener listener) {
    Optional<Suite> running = Suite.attach(options.home());
    if (running.isPresent()) {
      listener.note("using the suite that runs at " + running.get().urls().gateway());
      return new SuiteLease(running.get(), false);
    }
    return new SuiteLease(Suite.start(onFreePorts(options), listener), true);
  }

  private static SuiteOptions onFreePorts(SuiteOptions options) {
    int nodes = options.nodes();
    if (FreePorts.firstTaken(options.ports().all(nodes)).isEmpty()) {
      return options;
    }
    return options.withPorts(new Ports(FreePorts.base(base -> new Ports(base).all(nodes))));
  }

  public Suite suite() {
    return suite;
  }

  /** Whether the suite was started for this lease and ends with it. */
  public boolean isOwn() {
    return hook.isPresent();
  }

  /** Stops the suite if it was started for this lease; data that was there before it stays. */
  @Override
  public void close() {
    hook.ifPresent(thread -> {
      try {
        Runtime.getRuntime().removeShutdownHook(thread);
        stop();
      } catch (IllegalStateException endingAlready) {
        // The hook stops it.
      }
    });
  }

  private void stop() {
    if (suite.isRunning()) {
      suite.stop(suite.wentOn());
    }
  }
}
