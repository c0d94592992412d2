package dev.kintsugi.core;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One value per area, for the look-ups that every request makes. Immutable; constant time.
 *
 * <p>A deployment has few areas, and who asks mostly holds the very object that was declared: those
 * are found by comparing references, without a hash, and only others by hash.
 */
final class ByArea<V> {

  private final Area[] areas;
  private final Object[] values;
  private final Map<Area, V> others;

  ByArea(Map<Area, V> entries) {
    this.others = new HashMap<>(entries);
    this.areas = new Area[others.size()];
    this.values = new Object[others.size()];
    int at = 0;
    for (Map.Entry<Area, V> entry : others.entrySet()) {
      areas[at] = entry.getKey();
      values[at++] = entry.getValue();
    }
  }

  /** The area's value, or null where there is none. */
  @SuppressWarnings({"unchecked", "ReferenceEquality"})
  @Nullable V find(Area area) {
    for (int at = 0; at < areas.length; at++) {
      if (areas[at] == area) {
        return (V) values[at];
      }
    }
    return others.get(area);
  }
}
