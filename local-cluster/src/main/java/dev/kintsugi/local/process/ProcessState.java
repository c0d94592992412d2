package dev.kintsugi.local.process;

/** What a process is doing. */
public enum ProcessState {
  RUNNING,
  /** Stopped by SIGSTOP; SIGCONT makes it go on. */
  PAUSED,
  /** Gone, or a zombie that only waits for its parent to notice. */
  DEAD
}
