package dev.kintsugi.kit;

import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A value of somebody else's that changes now and then: fetched at first use, and again when it
 * does not do, but not within a pause after it was fetched, and by one request at a time. Whoever
 * comes in between gets it as it is. Thread-safe; never blocks.
 */
final class Refetched<T> {

  private record Fetched<T>(T value, long atNanos) {}

  private final Supplier<CompletableFuture<T>> source;
  private final long pauseNanos;
  private volatile @Nullable Fetched<T> fetched;
  private @Nullable CompletableFuture<Fetched<T>> underWay;

  /**
   * A value that has not been fetched yet.
   *
   * @param source begins to fetch it; must not block
   */
  Refetched(Supplier<CompletableFuture<T>> source, long pauseNanos) {
    this.source = source;
    this.pauseNanos = pauseNanos;
  }

  /** The value, anew if what is known does not do; fails only if none was ever fetched. */
  CompletableFuture<T> get(Predicate<T> does, long nowNanos) {
    Fetched<T> known = fetched;
    if (known != null && (does.test(known.value()) || isFresh(known, nowNanos))) {
      return CompletableFuture.completedFuture(known.value());
    }
    CompletableFuture<T> asked = fetchOnce(nowNanos).thenApply(Fetched::value);
    return known == null ? asked : asked.exceptionally(_ -> known.value());
  }

  private boolean isFresh(Fetched<T> known, long nowNanos) {
    return nowNanos - known.atNanos() < pauseNanos;
  }

  private synchronized CompletableFuture<Fetched<T>> fetchOnce(long nowNanos) {
    CompletableFuture<Fetched<T>> current = underWay;
    if (current != null && !current.isDone()) {
      return current;
    }
    Fetched<T> known = fetched;
    if (known != null && isFresh(known, nowNanos)) {
      // It came between the caller's look and its turn here.
      return CompletableFuture.completedFuture(known);
    }
    CompletableFuture<Fetched<T>> next =
        source
            .get()
            .thenApply(value -> new Fetched<>(value, nowNanos))
            .whenComplete((result, _) -> {
              if (result != null) {
                fetched = result;
              }
            });
    underWay = next;
    return next;
  }
}
