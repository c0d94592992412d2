package dev.kintsugi.tokens.adapter.rest;

import dev.kintsugi.kit.Problem;
import dev.kintsugi.tokens.runtime.StoreUnavailableException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.springframework.http.HttpMethod;
import reactor.core.publisher.Mono;

/**
 * Runs blocking work for requests, a bounded number at a time; a request beyond that is refused.
 */
public final class VirtualThreads implements AutoCloseable {

  private static final Duration SHORTLY = Duration.ofSeconds(1);

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Semaphore places;

  /**
   * With a bound.
   *
   * @param most requests at a time, those that wait for a provider included
   */
  public VirtualThreads(int most) {
    this.places = new Semaphore(most);
  }

  <T> Mono<T> run(HttpMethod method, Callable<T> work) {
    return Mono.defer(() -> {
      if (!places.tryAcquire()) {
        return Mono.error(
            Problem.unavailable("Too many requests are being served.", SHORTLY).asException());
      }
      CompletableFuture<T> answer =
          CompletableFuture.supplyAsync(() -> called(method, work), threads)
              .whenComplete((_, _) -> places.release());
      return Mono.fromFuture(answer, true);
    });
  }

  private static <T> T called(HttpMethod method, Callable<T> work) {
    try {
      return work.call();
    } catch (StoreUnavailableException unreachable) {
      boolean refused = unreachable.nothingHappened() || method.equals(HttpMethod.GET);
      throw refused
          ? Problem.unavailable("The store of grants does not answer; try again.", SHORTLY)
              .asException()
          : Problem.unknown("The store of grants did not answer in time; repeat the request.")
              .asException();
    } catch (RuntimeException known) {
      throw known;
    } catch (Exception other) {
      throw new CompletionException(other);
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
