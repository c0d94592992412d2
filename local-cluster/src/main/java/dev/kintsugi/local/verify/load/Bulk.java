package dev.kintsugi.local.verify.load;

import dev.kintsugi.local.verify.wire.Response;
import dev.kintsugi.local.verify.wire.Wire;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

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

  /**
   * What became of the last attempt.
   *
   * @param kind as it is counted by
   * @param whole as it was told
   */
  private record Trouble(String kind, String whole) {}

  private static final Trouble NOT_ASKED = new Trouble("not asked in time", "not asked in time");

  private final Wire wire;
  private final Deque<Job> waiting;
  private final Map<Job, Trouble> troubles = new HashMap<>();
  private int underWay;

  private Bulk(Wire wire, List<Job> jobs) {
    this.wire = wire;
    this.waiting = new ArrayDeque<>(jobs);
  }

  /**
   * Does all of them.
   *
   * @return how many could not be done within {@code patience}, and what came of them at last, in
   *     words; empty: all done
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
    return waiting.isEmpty() ? "" : left();
  }

  private String left() {
    Map<String, Long> kinds =
        waiting.stream()
            .collect(
                Collectors.groupingBy(
                    job -> troubles.getOrDefault(job, NOT_ASKED).kind(),
                    TreeMap::new,
                    Collectors.counting()));
    String counted =
        kinds.entrySet().stream()
            .map(kind -> kind.getKey() + ": " + kind.getValue())
            .collect(Collectors.joining(", "));
    Job first = waiting.getFirst();
    return "%d (%s), such as %s: %s"
        .formatted(
            waiting.size(),
            counted,
            first.what(),
            troubles.getOrDefault(first, NOT_ASKED).whole().strip());
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
              String status = "status " + response.status();
              again(job, new Trouble(status, status + ' ' + response.body()));
            }
          }

          @Override
          public void failed(String why, long nanos) {
            underWay--;
            again(job, new Trouble(why, why));
          }
        });
  }

  private void again(Job job, Trouble trouble) {
    troubles.put(job, trouble);
    waiting.addLast(job);
    LockSupport.parkNanos(PAUSE_NANOS / AT_A_TIME);
  }
}
