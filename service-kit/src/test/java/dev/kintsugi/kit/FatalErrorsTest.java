package dev.kintsugi.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
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
  void an_exception_that_ends_a_thread_does_not() throws InterruptedException {
    runAndFail(new IllegalStateException("for the test"));
    assertThat(ends).isEmpty();
  }
}
