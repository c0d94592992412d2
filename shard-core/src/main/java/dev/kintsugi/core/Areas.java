package dev.kintsugi.core;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The areas of a deployment with their policies; always has the area {@code session}. Immutable.
 */
public final class Areas {

  private final List<AreaPolicy> sorted;

  private final ByArea<AreaPolicy> policies;
  private final Map<String, Area> names = new HashMap<>();
  private final AreaPolicy session;

  private Areas(SortedMap<Area, AreaPolicy> policies) {
    this.sorted = List.copyOf(policies.values());
    this.policies = new ByArea<>(policies);
    policies.keySet().forEach(area -> names.put(area.value(), area));
    this.session = require(Area.SESSION);
  }

  /**
   * Areas from their policies.
   *
   * @throws IllegalArgumentException if one is named twice or {@code session} is missing
   */
  public static Areas of(Collection<AreaPolicy> policies) {
    SortedMap<Area, AreaPolicy> byArea = new TreeMap<>();
    for (AreaPolicy policy : policies) {
      if (byArea.put(policy.area(), policy) != null) {
        throw new IllegalArgumentException("area " + policy.area() + " is declared twice");
      }
    }
    if (!byArea.containsKey(Area.SESSION)) {
      throw new IllegalArgumentException("the area session must be declared");
    }
    return new Areas(byArea);
  }

  /** All policies, sorted by area. */
  public List<AreaPolicy> all() {
    return sorted;
  }

  public Optional<AreaPolicy> find(Area area) {
    return Optional.ofNullable(policies.find(area));
  }

  /** The area of a name, whatever its form; empty where none is declared so. Constant time. */
  public Optional<Area> named(String name) {
    return Optional.ofNullable(names.get(name));
  }

  /**
   * The policy of an area that is known to be declared.
   *
   * @throws IllegalArgumentException if it is not
   */
  public AreaPolicy require(Area area) {
    @Nullable AreaPolicy policy = policies.find(area);
    if (policy == null) {
      throw new IllegalArgumentException("no such area: " + area);
    }
    return policy;
  }

  /** The slot of a session's shard. Constant time. */
  public SlotId slotOf(Area area, SessionId session) {
    return require(area).slotOf(session.placement());
  }

  public AreaPolicy session() {
    return session;
  }
}
