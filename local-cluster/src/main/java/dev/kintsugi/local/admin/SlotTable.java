package dev.kintsugi.local.admin;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Who owns what.
 *
 * @param version of the map
 * @param leader the coordinator that leads; empty if none is known to
 * @param states of the nodes, by id, such as {@code UP} or {@code DEAD}
 */
public record SlotTable(
    String version, String leader, Map<String, String> states, List<Line> slots) {

  /**
   * One slot.
   *
   * @param slot its name, {@code area/number}
   * @param owner empty if nobody owns it
   * @param releasing whether it is on its way from one owner to the next
   */
  public record Line(String slot, String owner, int standbys, boolean releasing, int liveCopies) {}

  public SlotTable {
    states = Map.copyOf(states);
    slots = List.copyOf(slots);
  }

  /** The owners, by slot; without those slots that nobody owns. */
  public Map<String, String> owners() {
    Map<String, String> owners = new TreeMap<>();
    slots.stream()
        .filter(line -> !line.owner().isEmpty())
        .forEach(line -> owners.put(line.slot(), line.owner()));
    return owners;
  }

  /** How many slots each node owns; nodes without any are left out. */
  public Map<String, Integer> owned() {
    Map<String, Integer> owned = new TreeMap<>();
    owners().values().forEach(owner -> owned.merge(owner, 1, Integer::sum));
    return owned;
  }

  /** Whether every slot has an owner that keeps it and a live copy besides. */
  public boolean isWhole() {
    return !slots.isEmpty()
        && slots.stream()
            .allMatch(
                line -> !line.owner().isEmpty() && !line.releasing() && line.liveCopies() >= 2);
  }
}
