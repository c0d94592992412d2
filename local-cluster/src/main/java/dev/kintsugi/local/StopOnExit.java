package dev.kintsugi.local;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Work that is undone if it fails, also when the JVM is told to end meanwhile (Ctrl-C). */
final class StopOnExit {

  private static final int UNDO_SECONDS = 60;

  private StopOnExit() {}

  /**
   * Runs {@code work}; where it throws, runs {@code undo} on the same thread and throws on. When
   * the JVM is told to end, the thread is interrupted and the JVM waits until it has undone its
   * work.
   */
  static <T> T unlessDone(Supplier<T> work, Runnable undo) {
    Thread worker = Thread.currentThread();
    var over = new CountDownLatch(1);
    var hook = new Thread(() -> interruptAndWait(worker, over), "stop-on-exit");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      return work.get();
    } catch (RuntimeException | Error e) {
      boolean interrupted = Thread.interrupted();
      try {
        undo.run();
      } catch (RuntimeException alsoFailed) {
        e.addSuppressed(alsoFailed);
      }
      if (interrupted) {
        worker.interrupt();
      }
      throw e;
    } finally {
      over.countDown();
      remove(hook);
    }
  }

  private static void interruptAndWait(Thread worker, CountDownLatch over) {
    worker.interrupt();
    try {
      boolean _ = over.await(UNDO_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void remove(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException endingAlready) {
      // The hook has run, and waits for nothing any more.
    }
  }
}
