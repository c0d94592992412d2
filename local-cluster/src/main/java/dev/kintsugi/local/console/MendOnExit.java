package dev.kintsugi.local.console;

/**
 * When a command that breaks a suite is told to end (Ctrl-C): a suite that goes on is mended; in
 * the command's own, which ends as well, nothing is started any more.
 */
public final class MendOnExit implements AutoCloseable {

  private final Thread hook;

  private MendOnExit(Thread hook) {
    this.hook = hook;
  }

  /**
   * From now on, until it is closed.
   *
   * @param ownSuite whether the suite ends with the command
   * @param breakOff starts nothing any more
   * @param mend starts and resumes what is broken
   */
  public static MendOnExit of(boolean ownSuite, Runnable breakOff, Runnable mend) {
    Thread hook = new Thread(ownSuite ? breakOff : mend, "mend-suite");
    Runtime.getRuntime().addShutdownHook(hook);
    return new MendOnExit(hook);
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException endingAlready) {
      // The hook has done it.
    }
  }
}
