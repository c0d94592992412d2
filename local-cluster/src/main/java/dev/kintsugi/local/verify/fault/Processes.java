package dev.kintsugi.local.verify.fault;

import java.time.Duration;

/** The suite's processes, as far as they are broken and mended. Blocking; thread-safe. */
public interface Processes {

  /** SIGKILL; returns when the process is gone. */
  void kill(String process);

  /** SIGTERM; returns when it has ended by itself. */
  void terminate(String process, Duration limit);

  /** Starts one that does not run, at the lowest priority until it is ready. */
  void start(String process);

  /** Starts one that does not run, at the usual priority: others can do nothing without it. */
  void startAtOnce(String process);

  /** SIGSTOP. */
  void pause(String process);

  /** SIGCONT. */
  void resume(String process);
}
