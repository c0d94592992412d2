package dev.kintsugi.kit;

import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the process where an {@link Error} has ended one of its threads, such as a heap that is
 * exhausted: a service that has lost a thread goes on to look alive, so that nobody takes its work
 * over. What any other exception ended is logged. Thread-safe.
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
