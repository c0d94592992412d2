package dev.kintsugi.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.domain.Door.Ending;
import dev.kintsugi.client.domain.Door.Purpose;
import dev.kintsugi.client.domain.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many threads at one gate: no more inside than there are places, and nobody is forgotten. */
@Timeout(60)
class GatesAtOnceTest {

  private static final int PLACES = 5;
  private static final int THREADS = 8;
  private static final int VISITS = 1_000;
  private static final Target NODE = GatesTest.target("a", 1);

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void places_are_never_exceeded_and_every_visit_gets_its_turn_or_goes(long seed) throws Exception {
    try (ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      GateSettings settings =
          new GateSettings(
              PLACES,
              PLACES,
              1000,
              2,
              PLACES,
              100,
              100,
              100,
              Duration.ofMillis(1),
              3,
              1,
              VISITS,
              Duration.ofSeconds(10));
      Gates gates =
          new Gates(
              settings,
              (task, delay) -> {
                var unused = timer.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
              },
              System::nanoTime);
      AtomicInteger inside = new AtomicInteger();
      AtomicInteger most = new AtomicInteger();
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        Random random = new Random(seed * THREADS + i);
        all.add(threads.submit(() -> visits(gates, random, inside, most)));
      }
      for (Future<?> one : all) {
        one.get();
      }
      assertThat(most.get()).isBetween(1, PLACES);
      assertThat(inside).hasValue(0);
      assertThat(gates.waiting()).isZero();
    }
  }

  private static Void visits(Gates gates, Random random, AtomicInteger inside, AtomicInteger most)
      throws InterruptedException {
    for (int i = 0; i < VISITS; i++) {
      Semaphore turns = new Semaphore(0);
      Visit visit = new Visit(gates, false, turns::release);
      Purpose purpose = random.nextBoolean() ? Purpose.FIRST : Purpose.FOLLOW;
      boolean done = false;
      while (!done) {
        long now = System.nanoTime();
        switch (visit.knock(NODE, purpose, now + random.nextInt(1_000_000), now)) {
          case ENTER -> {
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            Thread.onSpinWait();
            inside.decrementAndGet();
            visit.leave(Ending.ANSWERED, System.nanoTime());
            done = true;
          }
          case QUEUE -> {
            if (random.nextInt(10) == 0) {
              visit.leave(Ending.LEFT, System.nanoTime());
              done = true;
            } else {
              turns.acquire();
            }
          }
          case FULL, BARRED, SPENT -> throw new AssertionError("there is room to wait");
        }
      }
    }
    return null;
  }
}
