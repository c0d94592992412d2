package dev.kintsugi.local.demo;

/**
 * When the demo is told to end (Ctrl-C): a suite that goes on is mended; in the demo's own, which
 * ends as well, nothing is started any more.
 */
final class MendOnExit implements AutoCloseable {

  private final Thread hook;

  private MendOnExit(Thread hook) {
    this.hook = hook;
  }

  static MendOnExit of(Demo demo, boolean ownSuite) {
    Thread hook = new Thread(ownSuite ? demo::breakOff : demo::close, "mend-suite");
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
