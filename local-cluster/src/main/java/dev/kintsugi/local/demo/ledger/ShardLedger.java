package dev.kintsugi.local.demo.ledger;

import dev.kintsugi.local.demo.plan.Changes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The writes of one shard. Not thread-safe. */
final class ShardLedger {

  /** The newest acknowledged write of an attribute. */
  private record Written(long version, Optional<String> value) {}

  private final ShardRef shard;
  private final Map<String, Written> newest = new TreeMap<>();
  private final Map<String, Set<Optional<String>>> possible = new HashMap<>();
  private final Set<Long> versions = new HashSet<>();
  private final List<Finding.Lost> twice = new ArrayList<>();
  private long newestVersion;

  ShardLedger(ShardRef shard) {
    this.shard = shard;
  }

  void acknowledged(long version, Changes changes) {
    if (!versions.add(version)) {
      twice.add(new Finding.Lost(shard, version, "two writes were acknowledged with this version"));
    }
    newestVersion = Math.max(newestVersion, version);
    changes
        .byAttribute()
        .forEach((attribute, value) ->
            newest.merge(
                attribute,
                new Written(version, value),
                (a, b) -> a.version() > b.version() ? a : b));
  }

  void unknown(Changes changes) {
    changes
        .byAttribute()
        .forEach((a, v) -> possible.computeIfAbsent(a, _ -> new HashSet<>()).add(v));
  }

  long newestVersion() {
    return newestVersion;
  }

  List<Finding> compare(Found found) {
    List<Finding> findings = new ArrayList<>(twice);
    newest.forEach((attribute, written) -> {
      Optional<String> there = Optional.ofNullable(found.attributes().get(attribute));
      if (!there.equals(written.value()) && !mayBe(attribute, there)) {
        findings.add(new Finding.Lost(shard, written.version(), told(attribute, written, there)));
      }
    });
    if (found.version() < newestVersion) {
      findings.add(
          new Finding.Lost(shard, newestVersion, "the shard is at version " + found.version()));
    }
    found.attributes().keySet().stream()
        .filter(a -> !newest.containsKey(a) && !possible.containsKey(a))
        .sorted()
        .forEach(a -> findings.add(new Finding.Unexplained(shard, a)));
    return findings;
  }

  private boolean mayBe(String attribute, Optional<String> value) {
    return possible.getOrDefault(attribute, Set.of()).contains(value);
  }

  private static String told(String attribute, Written written, Optional<String> there) {
    return "attribute %s should be %s, is %s"
        .formatted(attribute, shown(written.value()), shown(there));
  }

  private static String shown(Optional<String> value) {
    return value
        .map(v -> '"' + (v.length() > 24 ? v.substring(0, 24) + "…" : v) + '"')
        .orElse("absent");
  }
}
