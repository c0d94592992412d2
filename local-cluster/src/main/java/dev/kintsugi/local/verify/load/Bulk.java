package dev.kintsugi.local.verify.load;

import dev.kintsugi.local.verify.wire.Response;
import dev.kintsugi.local.verify.wire.Wire;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Work that is to be done and not measured: a few requests at a time, each repeated until it is
 * answered as wanted. Blocking.
 */
final class Bulk {

  private static final int AT_A_TIME = 16;
  private static final long PAUSE_NANOS = Duration.ofMillis(100).toNanos();

  /**
   * One of them.
   *
   * @param request made anew for each attempt
   * @param taken told the answer; whether that was it
   */
  record Job(String what, Supplier<byte[]> request, Predicate<Response> taken) {}

  private final Wire wire;
  private final Deque<Job> waiting;
  private int underWay;
  private String lastTrouble = "no answer";

  private Bulk(Wire wire, List<Job> jobs) {
    this.wire = wire;
    this.waiting = new ArrayDeque<>(jobs);
  }

  /**
   * Does all of them.
   *
   * @return what could not be done within {@code patience}, with the last reason; empty: all done
   */
  static String run(Wire wire, List<Job> jobs, Duration patience) throws InterruptedException {
    return new Bulk(wire, jobs).run(System.nanoTime() + patience.toNanos());
  }

  private String run(long untilNanos) throws InterruptedException {
    while (!waiting.isEmpty() || underWay > 0) {
      if (Thread.interrupted()) {
        throw new InterruptedException("broken off");
      }
      boolean late = System.nanoTime() - untilNanos >= 0;
      if (late && underWay == 0) {
        break;
      }
      while (!late && underWay < AT_A_TIME && !waiting.isEmpty()) {
        start(waiting.removeFirst());
      }
      wire.poll(10);
    }
    int left = waiting.size();
    return left == 0
        ? ""
        : "%d requests, such as %s: %s".formatted(left, waiting.getFirst().what(), lastTrouble);
  }

  private void start(Job job) {
    underWay++;
    wire.send(
        0,
        job.request().get(),
        new Wire.Listener() {
          @Override
          public void answered(Response response, long nanos) {
            underWay--;
            if (!job.taken().test(response)) {
              again(job, "status " + response.status() + " " + response.body());
            }
          }

          @Override
          public void failed(String why, long nanos) {
            underWay--;
            again(job, why);
          }
        });
  }

  private void again(Job job, String why) {
    lastTrouble = why;
    waiting.addLast(job);
    LockSupport.parkNanos(PAUSE_NANOS / AT_A_TIME);
  }
}
