package dev.kintsugi.local.verify.check;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What the answers up to a moment have shown at most: whoever asks later must not be told less.
 * Asked in the order of time; costs one pass in all. Not thread-safe.
 */
final class Floor<T extends Comparable<T>> {

  /** What was shown, and by whom. */
  record Shown<T>(T what, Exchange by) {}

  private final List<Exchange> byAnswer;
  private final Function<Exchange, Optional<T>> of;
  private int next;
  private Optional<Shown<T>> highest = Optional.empty();

  /**
   * @param of what an answer shows; empty if nothing
   */
  Floor(List<Exchange> exchanges, Function<Exchange, Optional<T>> of) {
    this.byAnswer = new ArrayList<>(exchanges);
    byAnswer.sort(Comparator.comparingLong(e -> e.answer().nanos()));
    this.of = of;
  }

  /** The highest that was shown before the moment; empty if nothing was. */
  Optional<Shown<T>> before(long nanos) {
    while (next < byAnswer.size() && byAnswer.get(next).answer().nanos() < nanos) {
      Exchange exchange = byAnswer.get(next++);
      of.apply(exchange)
          .filter(shown -> highest.isEmpty() || shown.compareTo(highest.get().what()) > 0)
          .ifPresent(shown -> highest = Optional.of(new Shown<>(shown, exchange)));
    }
    return highest;
  }
}
