package dev.kintsugi.local.demo;

/** Mends a suite that goes on when the demo is broken off by Ctrl-C; nothing for the demo's own. */
final class MendOnExit implements AutoCloseable {

  private final Thread hook;
  private final boolean wanted;

  private MendOnExit(Demo demo, boolean wanted) {
    this.hook = new Thread(demo::close, "mend-suite");
    this.wanted = wanted;
  }

  static MendOnExit of(Demo demo, boolean ownSuite) {
    MendOnExit mend = new MendOnExit(demo, !ownSuite);
    if (mend.wanted) {
      Runtime.getRuntime().addShutdownHook(mend.hook);
    }
    return mend;
  }

  @Override
  public void close() {
    try {
      if (wanted) {
        Runtime.getRuntime().removeShutdownHook(hook);
      }
    } catch (IllegalStateException endingAlready) {
      // The hook mends.
    }
  }
}
