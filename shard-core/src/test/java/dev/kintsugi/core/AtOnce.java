package dev.kintsugi.core;

/** Tasks that run at once, for tests of what threads share. */
public final class AtOnce {

  /** Something to do that may fail in any way. */
  @FunctionalInterface
  public interface Task {
    void run() throws Exception;
  }

  @SuppressWarnings("unused") // written to only
  private static volatile Object shared = "";

  private AtOnce() {}

  /**
   * Hands an object to all threads. Lincheck takes what only lambdas have captured for one thread's
   * own, and would never switch threads at its fields.
   */
  public static <T> T share(T object) {
    shared = object;
    return object;
  }

  /** Runs each task on a thread of its own and waits for all; fails if one of them does. */
  public static void run(Task... tasks) {
    Throwable[] failures = new Throwable[tasks.length];
    Thread[] threads = new Thread[tasks.length];
    for (int i = 0; i < tasks.length; i++) {
      threads[i] = thread(tasks[i], failures, i);
    }
    for (Thread thread : threads) {
      thread.start();
    }
    for (Thread thread : threads) {
      join(thread);
    }
    for (Throwable failure : failures) {
      if (failure != null) {
        throw new AssertionError("a task failed: " + failure, failure);
      }
    }
  }

  private static Thread thread(Task task, Throwable[] failures, int number) {
    return new Thread(() -> {
      try {
        task.run();
      } catch (Throwable e) {
        failures[number] = e;
      }
    });
  }

  /** Waits for the end of a thread. */
  public static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    }
  }

  /** An assertion that costs nothing where it holds. */
  public static void require(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }
}
