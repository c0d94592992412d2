package dev.kintsugi.local.admin;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Owner changes from several tellers and times, each once: with the earliest time at which anybody
 * says that it was published. Not thread-safe.
 */
public final class OwnerChanges {

  private final Map<String, OwnerChange> changes = new TreeMap<>();

  /** Adds what is not known yet. */
  public void add(Collection<OwnerChange> told) {
    for (OwnerChange change : told) {
      changes.merge(
          change.slot() + ' ' + change.grant() + ' ' + change.to(),
          change,
          (a, b) -> a.published().isBefore(b.published()) ? a : b);
    }
  }

  /** All, by the time at which they were published. */
  public List<OwnerChange> inOrder() {
    return changes.values().stream().sorted(Comparator.comparing(OwnerChange::published)).toList();
  }
}
