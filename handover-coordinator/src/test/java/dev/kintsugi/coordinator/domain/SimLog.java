package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.ShardMapLog;
import dev.kintsugi.core.ShardMapLog.Entry;
import dev.kintsugi.core.ShardMapLog.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.Assertions;

/** The topic shard-map in memory, with the fold that every reader must agree with. */
final class SimLog {

  final List<Entry> entries = new ArrayList<>();
  final List<Outcome> outcomes = new ArrayList<>();
  ShardMapLog truth = new ShardMapLog();

  /** How often it was cut. */
  int cuts;

  private final Map<Epoch, Incarnation> writers = new HashMap<>();

  void append(Entry entry) {
    ShardMap before = truth.map();
    Outcome outcome = truth.apply(entries.size(), entry);
    entries.add(entry);
    outcomes.add(outcome);
    if (outcome == Outcome.MAP_CHANGED) {
      Incarnation first = writers.putIfAbsent(entry.epoch(), entry.incarnation());
      Assertions.assertThat(first == null || first.equals(entry.incarnation()))
          .as("one writer per epoch %s", entry.epoch())
          .isTrue();
      checkFollows(before, truth.map());
    }
  }

  /** Loses its tail, as an old copy has, or a broker that crashed. */
  void cut(int end) {
    cuts++;
    entries.subList(end, entries.size()).clear();
    outcomes.subList(end, outcomes.size()).clear();
    truth = new ShardMapLog();
    for (int i = 0; i < end; i++) {
      var _ = truth.apply(i, entries.get(i));
    }
  }

  private static void checkFollows(ShardMap before, ShardMap after) {
    Assertions.assertThat(after.version().newerThan(before.version())).isTrue();
    after.forEachSlot((slot, a) -> {
      long grant = before.find(slot).map(b -> b.grant()).orElse(0L);
      Assertions.assertThat(a.grant()).as("grant of %s", slot).isGreaterThanOrEqualTo(grant);
      boolean sameOwner = before.find(slot).map(b -> b.owner().equals(a.owner())).orElse(false);
      if (!sameOwner && a.owner().isPresent()) {
        Assertions.assertThat(a.grant()).as("grant of %s", slot).isGreaterThan(grant);
      }
    });
  }

  long count(Outcome outcome) {
    return outcomes.stream().filter(o -> o == outcome).count();
  }
}
