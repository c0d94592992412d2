package dev.kintsugi.local.verify.check;

import dev.kintsugi.local.verify.check.Violation.Rule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Holds a history against the guarantees I1, I2, I3, I6, I10, I11 and I14. Pure; takes a few
 * microseconds per request, and memory for the requests of one slot at a time.
 */
public final class Checker {

  private final History history;
  private final int areas;
  private final Map<Integer, Found> before;
  private final ReadBack after;
  private final Map<Integer, Set<Integer>> mayAppear;

  /**
   * @param areas shards of one session have consecutive numbers, so many per session
   * @param before each shard's state before the first request; absent: never written
   * @param after what was read after the last
   * @param mayAppear by shard, values of earlier histories whose fate is unknown
   */
  public Checker(
      History history,
      int areas,
      Map<Integer, Found> before,
      ReadBack after,
      Map<Integer, Set<Integer>> mayAppear) {
    this.history = history;
    this.areas = areas;
    this.before = before;
    this.after = after;
    this.mayAppear = mayAppear;
  }

  /** Everything that cannot be. */
  public List<Violation> check() {
    List<Violation> found = new ArrayList<>();
    Map<Integer, Integer> slotOfShard = new HashMap<>();
    Map<Integer, List<Integer>> shards = new TreeMap<>();
    Map<Integer, List<Integer>> slots = new TreeMap<>();
    Map<Integer, Long> signOuts = new HashMap<>();
    for (int id = 0; id < history.size(); id++) {
      Exchange exchange = history.get(id);
      int shard = exchange.request().shard();
      shards.computeIfAbsent(shard, _ -> new ArrayList<>()).add(id);
      int slot = exchange.answer().slot();
      if (slot >= 0) {
        slots.computeIfAbsent(slot, _ -> new ArrayList<>()).add(id);
        slotOfShard.put(shard, slot);
      }
      if (exchange.request().kind() == Kind.SIGN_OUT) {
        signOuts.merge(shard / areas, exchange.request().sentNanos(), Math::min);
      }
    }
    // What nobody asked about during the run must be there afterwards all the same.
    before.keySet().forEach(shard -> shards.putIfAbsent(shard, List.of()));
    after.gone().keySet().forEach(shard -> shards.putIfAbsent(shard, List.of()));
    Map<Integer, SlotCheck> slotChecks = new HashMap<>();
    slots.forEach((slot, ids) -> {
      SlotCheck check = new SlotCheck(exchanges(ids));
      found.addAll(check.violations());
      slotChecks.put(slot, check);
    });
    // A shard of which only a node that was not its owner any more said anything has a slot, too,
    // and may have been taken over as often as any.
    int mostEpochs = slotChecks.values().stream().mapToInt(SlotCheck::epochs).max().orElse(0);
    SlotCheck silent = SlotCheck.unnamed(mostEpochs);
    shards.forEach((shard, ids) -> {
      SlotCheck slot = slotChecks.getOrDefault(slotOfShard.getOrDefault(shard, -1), silent);
      long signOut = signOuts.getOrDefault(shard / areas, ShardFacts.NEVER);
      found.addAll(new ShardCheck(exchanges(ids), facts(shard, signOut), slot).check());
    });
    found.addAll(NodeMaps.violations(history));
    sessions(found);
    return found;
  }

  private ShardFacts facts(int shard, long signOutNanos) {
    return new ShardFacts(
        shard,
        before.getOrDefault(shard, new Found(0, Content.EMPTY)),
        Optional.ofNullable(after.found().get(shard)),
        Optional.ofNullable(after.gone().get(shard)),
        mayAppear.getOrDefault(shard, Set.of()),
        signOutNanos);
  }

  private List<Exchange> exchanges(List<Integer> ids) {
    return ids.stream().map(history::get).toList();
  }

  /** I10 and I14. */
  private void sessions(List<Violation> found) {
    Map<Integer, Exchange> ended = new HashMap<>();
    for (int id = 0; id < history.size(); id++) {
      Exchange exchange = history.get(id);
      if (exchange.request().kind() == Kind.SIGN_OUT && exchange.answer().fate() == Fate.DONE) {
        ended.merge(
            exchange.request().shard() / areas,
            exchange,
            (a, b) -> a.answer().nanos() <= b.answer().nanos() ? a : b);
      }
    }
    for (int id = 0; id < history.size(); id++) {
      Exchange exchange = history.get(id);
      Exchange end = ended.get(exchange.request().shard() / areas);
      boolean shown =
          exchange.request().kind() != Kind.SIGN_OUT && exchange.answer().fate() == Fate.DONE;
      boolean afterEnd = end != null && exchange.request().sentNanos() > end.answer().nanos();
      if (shown && afterEnd && exchange.answer().holds()) {
        found.add(new Violation(Rule.ENDED_ALIVE, "%s after %s".formatted(exchange, end)));
      }
      if (exchange.answer().foreign()
          || (shown && exchange.request().kind() == Kind.READ_FOREIGN)) {
        found.add(new Violation(Rule.FOREIGN, exchange.toString()));
      }
    }
  }
}
