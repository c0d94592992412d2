package dev.kintsugi.kit;

import static dev.kintsugi.core.AtOnce.require;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.AtOnce;
import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Test;

class RefetchedTest {

  private static final int SCHEDULES = 300;
  private static final long PAUSE = 100;

  /** Somebody who answers when the test says so. */
  private static final class Source {
    final Queue<CompletableFuture<String>> asked = new ConcurrentLinkedQueue<>();
    final Refetched<String> value =
        new Refetched<>(
            () -> {
              CompletableFuture<String> answer = new CompletableFuture<>();
              asked.add(answer);
              return answer;
            },
            PAUSE);

    CompletableFuture<String> get(String wanted, long nowNanos) {
      return value.get(wanted::equals, nowNanos);
    }

    void answer(String with) {
      for (CompletableFuture<String> one : asked) {
        one.complete(with);
      }
    }
  }

  @Test
  void however_many_ask_at_once_the_source_is_asked_once_and_each_gets_its_answer() {
    Lincheck.runConcurrentTest(
        SCHEDULES,
        () -> {
          Source source = AtOnce.share(new Source());
          AtomicReference<CompletableFuture<String>> one = new AtomicReference<>();
          AtomicReference<CompletableFuture<String>> other = new AtomicReference<>();
          AtOnce.run(
              () -> one.set(source.get("a", 0)),
              () -> other.set(source.get("a", 0)),
              () -> source.answer("a"));
          source.answer("a");
          require(source.asked.size() == 1, "asked " + source.asked.size() + " times");
          require(one.get().isDone() && other.get().isDone(), "somebody has no answer");
        });
  }

  @Test
  void one_that_does_not_do_is_fetched_anew_after_the_pause_and_stands_if_that_fails() {
    Source source = new Source();
    CompletableFuture<String> first = source.get("a", 0);
    source.answer("a");
    assertThat(first).isCompletedWithValue("a");
    assertThat(source.get("b", PAUSE - 1)).isCompletedWithValue("a");
    assertThat(source.asked).hasSize(1);

    CompletableFuture<String> second = source.get("b", PAUSE);
    assertThat(second).isNotDone();
    assertThat(source.asked).hasSize(2);
    source.asked.forEach(one -> one.completeExceptionally(new IOException("out of reach")));
    assertThat(second).isCompletedWithValue("a");
  }

  @Test
  void one_that_was_never_fetched_fails_and_is_asked_for_again_at_once() {
    Source source = new Source();
    CompletableFuture<String> first = source.get("a", 0);
    source.asked.forEach(one -> one.completeExceptionally(new IOException("out of reach")));
    assertThat(first).isCompletedExceptionally();
    CompletableFuture<String> second = source.get("a", 1);
    source.answer("a");
    assertThat(second).isCompletedWithValue("a");
  }
}
