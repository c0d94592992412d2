package dev.kintsugi.local.verify.check;

import dev.kintsugi.local.verify.check.Violation.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * I6 at each node, by what was asked straight of it: whatever the slot and the epoch, it never goes
 * back to an older map. Pure.
 */
final class NodeMaps {
  /*
   * Also not where it was killed in between: what it answers for its own again, it owns by a map
   * that was made after it had come back, and maps are of one order. Two nodes may know different
   * maps at any moment, so that nothing follows from the one for the other.
   */

  private NodeMaps() {}

  static List<Violation> violations(History history) {
    Map<Integer, List<Exchange>> byNode = new TreeMap<>();
    for (int id = 0; id < history.size(); id++) {
      Exchange exchange = history.get(id);
      Answer answer = exchange.answer();
      if (exchange.request().via() > 0 && answer.holds() && !answer.map().isNone()) {
        byNode.computeIfAbsent(exchange.request().via(), _ -> new ArrayList<>()).add(exchange);
      }
    }
    List<Violation> found = new ArrayList<>();
    byNode.values().forEach(exchanges -> check(exchanges, found));
    return found;
  }

  private static void check(List<Exchange> exchanges, List<Violation> found) {
    Floor<Stamp> maps = new Floor<>(exchanges, e -> Optional.of(e.answer().map()));
    for (Exchange exchange : exchanges) {
      maps.before(exchange.request().sentNanos())
          .filter(known -> exchange.answer().map().compareTo(known.what()) < 0)
          .filter(known -> !isOneOwner(exchange.answer(), known.by().answer()))
          .ifPresent(known ->
              found.add(
                  new Violation(
                      Rule.BACKWARDS,
                      "map %s after map %s by one node in %s after %s"
                          .formatted(
                              exchange.answer().map(), known.what(), exchange, known.by()))));
    }
  }

  /** Of these the slot's own check tells. */
  private static boolean isOneOwner(Answer one, Answer other) {
    return one.slot() == other.slot() && one.epoch().equals(other.epoch());
  }
}
