package dev.kintsugi.node.runtime.life;

import static dev.kintsugi.core.AtOnce.require;

import dev.kintsugi.core.AtOnce;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Test;

class OneAtATimeTest {

  private static final int SCHEDULES = 300;

  @Test
  void work_for_a_key_is_under_way_once_at_a_time_and_whoever_wants_it_has_its_result() {
    Lincheck.runConcurrentTest(
        SCHEDULES,
        () -> {
          OneAtATime<String, String> work = AtOnce.share(new OneAtATime<>());
          OneSession.Later<String> results = new OneSession.Later<>();
          AtomicInteger underWay = new AtomicInteger();
          ConcurrentLinkedQueue<CompletableFuture<String>> wanted = new ConcurrentLinkedQueue<>();
          AtOnce.Task want =
              () ->
                  wanted.add(
                      work.run(
                          "key",
                          done -> {
                            require(underWay.incrementAndGet() == 1, "twice at a time");
                            results.add(done);
                          }));
          AtOnce.Task finish =
              () -> {
                if (results.waiting() > 0) {
                  underWay.decrementAndGet();
                  results.give("done");
                }
              };
          AtOnce.run(want, want, finish);
          while (results.waiting() > 0) {
            underWay.decrementAndGet();
            results.give("done");
          }
          for (CompletableFuture<String> one : wanted) {
            require(one.isDone(), "somebody waits for ever");
          }
          require(work.size() == 0, "it is never over");
        });
  }
}
