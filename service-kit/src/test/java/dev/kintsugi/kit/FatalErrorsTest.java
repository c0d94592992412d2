package dev.kintsugi.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FatalErrorsTest {

  private final List<Integer> ends = new ArrayList<>();

  private void runAndFail(Throwable failure) throws InterruptedException {
    Thread thread =
        Thread.ofPlatform()
            .name("doomed")
            .uncaughtExceptionHandler(new FatalErrors(ends::add))
            .start(() -> sneak(failure));
    thread.join();
  }

  @SuppressWarnings("unchecked")
  private static <E extends Throwable> void sneak(Throwable failure) throws E {
    throw (E) failure;
  }

  @Test
  void an_error_that_ends_a_thread_ends_the_process() throws InterruptedException {
    runAndFail(new OutOfMemoryError("for the test"));
    assertThat(ends).containsExactly(FatalErrors.STATUS);
  }

  @Test
  void an_error_in_a_periodic_task_of_the_timer_ends_the_process_too() throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    FatalErrors handler =
        new FatalErrors(status -> {
          ends.add(status);
          ended.countDown();
        });
    try (var timer =
        FatalErrors.timer(
            1, Thread.ofPlatform().daemon(true).uncaughtExceptionHandler(handler).factory())) {
      var harmless =
          timer.schedule(
              () -> sneak(new IllegalStateException("for the test")), 0, TimeUnit.MILLISECONDS);
      assertThatThrownBy(harmless::get).hasCauseInstanceOf(IllegalStateException.class);
      var _ =
          timer.scheduleAtFixedRate(
              () -> sneak(new StackOverflowError("for the test")), 0, 1, TimeUnit.MILLISECONDS);
      assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(ends).containsExactly(FatalErrors.STATUS);
  }

  @Test
  void an_exception_that_ends_a_thread_does_not() throws InterruptedException {
    runAndFail(new IllegalStateException("for the test"));
    assertThat(ends).isEmpty();
  }
}
