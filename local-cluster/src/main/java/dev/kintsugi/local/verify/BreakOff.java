package dev.kintsugi.local.verify;

/**
 * When the command is told to end (Ctrl-C): a suite that goes on is mended; in one of its own,
 * which ends as well, nothing is started any more.
 */
final class BreakOff implements AutoCloseable {

  private final Thread hook;

  private BreakOff(Thread hook) {
    this.hook = hook;
  }

  static BreakOff of(Verification verification, boolean ownSuite) {
    Thread hook = new Thread(ownSuite ? verification::breakOff : verification::mend, "mend-suite");
    Runtime.getRuntime().addShutdownHook(hook);
    return new BreakOff(hook);
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
