package dev.kintsugi.local.verify.check;

import dev.kintsugi.local.verify.check.Violation.Rule;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** What one slot's answers say of epochs, offsets and maps: none of them ever goes back. */
final class SlotCheck {

  private final NavigableMap<Long, Stamp> newestByAnswer = new TreeMap<>();
  private final int epochs;
  private final List<Violation> violations;

  /**
   * @param all that were answered by the slot, in the order in which they were sent
   */
  SlotCheck(List<Exchange> all) {
    List<Exchange> exchanges = all.stream().filter(SlotCheck::counts).toList();
    Stamp newest = Stamp.NONE;
    List<Exchange> byAnswer = new ArrayList<>(exchanges);
    byAnswer.sort(Comparator.comparingLong(e -> e.answer().nanos()));
    for (Exchange exchange : byAnswer) {
      if (exchange.answer().epoch().compareTo(newest) > 0) {
        newest = exchange.answer().epoch();
        newestByAnswer.put(exchange.answer().nanos(), newest);
      }
    }
    this.epochs = (int) exchanges.stream().map(e -> e.answer().epoch()).distinct().count();
    this.violations = check(exchanges);
  }

  /**
   * Of a slot that nobody named: nothing was answered that could be compared.
   *
   * @param epochs how many may have answered at most
   */
  static SlotCheck unnamed(int epochs) {
    return new SlotCheck(epochs);
  }

  private SlotCheck(int epochs) {
    this.epochs = epochs;
    this.violations = List.of();
  }

  private static boolean counts(Exchange exchange) {
    return exchange.answer().holds() && !exchange.answer().epoch().isNone();
  }

  /** How many epochs have answered. */
  int epochs() {
    return epochs;
  }

  /** Whether a larger epoch than that had answered somebody by then. */
  boolean wasSucceeded(Stamp epoch, long nanos) {
    var newest = newestByAnswer.floorEntry(nanos);
    return newest != null && newest.getValue().compareTo(epoch) > 0;
  }

  List<Violation> violations() {
    return violations;
  }

  private static List<Violation> check(List<Exchange> exchanges) {
    List<Violation> found = new ArrayList<>();
    Floor<Stamp> epochs = new Floor<>(exchanges, e -> Optional.of(e.answer().epoch()));
    Floor<Long> offsets =
        new Floor<>(exchanges, e -> Optional.of(e.answer().offset()).filter(o -> o >= 0));
    Map<Stamp, Floor<Stamp>> maps = new HashMap<>();
    for (Exchange exchange : exchanges) {
      long asked = exchange.request().sentNanos();
      Answer answer = exchange.answer();
      epochs
          .before(asked)
          .filter(shown -> answer.epoch().compareTo(shown.what()) < 0)
          .ifPresent(shown -> found.add(backwards("an older epoch", exchange, shown.by())));
      offsets
          .before(asked)
          .filter(shown -> answer.offset() >= 0 && answer.offset() < shown.what())
          .ifPresent(shown -> found.add(backwards("an older offset", exchange, shown.by())));
      maps.computeIfAbsent(answer.epoch(), of -> mapsOf(of, exchanges))
          .before(asked)
          .filter(known -> !answer.map().isNone() && answer.map().compareTo(known.what()) < 0)
          .ifPresent(known ->
              found.add(
                  backwards(
                      "map " + answer.map() + " after map " + known.what() + " by one owner",
                      exchange,
                      known.by())));
    }
    return found;
  }

  private static Floor<Stamp> mapsOf(Stamp epoch, List<Exchange> exchanges) {
    return new Floor<>(
        exchanges.stream().filter(e -> e.answer().epoch().equals(epoch)).toList(),
        e -> Optional.of(e.answer().map()).filter(map -> !map.isNone()));
  }

  private static Violation backwards(String what, Exchange later, Exchange earlier) {
    return new Violation(Rule.BACKWARDS, "%s in %s after %s".formatted(what, later, earlier));
  }
}
