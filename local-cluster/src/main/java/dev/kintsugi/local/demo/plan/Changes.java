package dev.kintsugi.local.demo.plan;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What one write does to the attributes of a shard: a new value, or empty for removed. Immutable.
 */
public record Changes(SortedMap<String, Optional<String>> byAttribute) {

  public Changes {
    byAttribute = Collections.unmodifiableSortedMap(new TreeMap<>(byAttribute));
  }

  /** One attribute gets a value. */
  public static Changes set(String attribute, String value) {
    return new Changes(new TreeMap<>(Map.of(attribute, Optional.of(value))));
  }

  /** These changes and one removed attribute. */
  public Changes andRemove(String attribute) {
    SortedMap<String, Optional<String>> more = new TreeMap<>(byAttribute);
    more.put(attribute, Optional.empty());
    return new Changes(more);
  }
}
