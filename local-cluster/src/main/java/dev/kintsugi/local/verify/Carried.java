package dev.kintsugi.local.verify;

import dev.kintsugi.local.verify.check.Exchange;
import dev.kintsugi.local.verify.check.Found;
import dev.kintsugi.local.verify.check.History;
import dev.kintsugi.local.verify.check.Kind;
import dev.kintsugi.local.verify.check.ReadBack;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What one run leaves to the next.
 *
 * @param shards as they were read when nothing else went on
 * @param mayAppear by shard, values of writes whose fate is unknown
 * @param nextValue of the writes
 */
record Carried(Map<Integer, Found> shards, Map<Integer, Set<Integer>> mayAppear, int nextValue) {

  /** After another run. What is gone was told by that run, and is not expected any more. */
  Carried after(History history, ReadBack readBack, int next) {
    Map<Integer, Set<Integer>> unknown = new HashMap<>();
    mayAppear.forEach((shard, values) -> unknown.put(shard, new HashSet<>(values)));
    Map<Integer, Set<Integer>> done = new HashMap<>();
    for (int id = 0; id < history.size(); id++) {
      Exchange exchange = history.get(id);
      if (exchange.request().kind() == Kind.WRITE) {
        Map<Integer, Set<Integer>> to =
            switch (exchange.answer().fate()) {
              case UNKNOWN -> unknown;
              case DONE -> done;
              case REFUSED -> new HashMap<>();
            };
        to.computeIfAbsent(exchange.request().shard(), _ -> new HashSet<>())
            .add(exchange.request().value());
      }
    }
    done.forEach((shard, values) -> unknown.getOrDefault(shard, new HashSet<>()).removeAll(values));
    return new Carried(readBack.found(), unknown, next);
  }
}
