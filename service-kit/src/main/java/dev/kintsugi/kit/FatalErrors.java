package dev.kintsugi.kit;

import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the process where an {@link Error} has ended one of its threads, such as a heap that is
 * exhausted: a service that has lost a thread goes on to look alive, so that nobody takes its work
 * over. What any other exception ended is logged. Threads of libraries that deal with errors by
 * themselves never come here; for an exhausted heap, {@code -XX:+ExitOnOutOfMemoryError} does the
 * same for all. Thread-safe.
 */
public final class FatalErrors implements Thread.UncaughtExceptionHandler {

  /** The process's exit status then: EX_SOFTWARE of sysexits.h. */
  public static final int STATUS = 70;

  private static final Logger LOG = LoggerFactory.getLogger(FatalErrors.class);

  private final IntConsumer end;

  FatalErrors(IntConsumer end) {
    this.end = end;
  }

  /** From now on, for every thread without a handler of its own; the process ends at once. */
  public static void endTheProcess() {
    Thread.setDefaultUncaughtExceptionHandler(new FatalErrors(Runtime.getRuntime()::halt));
  }

  /**
   * A timer whose tasks hand an {@link Error} to their thread's handler, like any thread's work.
   */
  public static ScheduledThreadPoolExecutor timer(int threads, ThreadFactory factory) {
    return new ScheduledThreadPoolExecutor(threads, factory) {
      @Override
      protected void afterExecute(Runnable task, @Nullable Throwable failure) {
        super.afterExecute(task, failure);
        if (task instanceof Future<?> future
            && future.state() == Future.State.FAILED
            && future.exceptionNow() instanceof Error error) {
          Thread thread = Thread.currentThread();
          thread.getUncaughtExceptionHandler().uncaughtException(thread, error);
        }
      }
    };
  }

  @Override
  public void uncaughtException(Thread thread, Throwable failure) {
    try {
      LOG.error("thread {} has ended", thread.getName(), failure);
    } finally {
      if (failure instanceof Error) {
        end.accept(STATUS);
      }
    }
  }
}
