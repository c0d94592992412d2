package dev.kintsugi.gateway.domain;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.ShardVersion;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * How far a reader has followed a session: one position per area, as the id of a server-sent event.
 * Text: {@code area:slot:grant.attempt:offset:version}, joined by commas, sorted by area.
 * Immutable.
 */
public record EventId(SortedMap<Area, AreaPosition> positions) {

  /** Longest text accepted, in characters. */
  public static final int LONGEST = 4096;

  public static final EventId START = new EventId(new TreeMap<>());

  public EventId {
    positions = Collections.unmodifiableSortedMap(new TreeMap<>(positions));
  }

  /**
   * Reads what {@link #toString} printed.
   *
   * @throws IllegalArgumentException if it is anything else
   */
  public static EventId parse(String text) {
    if (text.length() > LONGEST) {
      throw new IllegalArgumentException(
          "an event id has at most " + LONGEST + " characters, got " + text.length());
    }
    SortedMap<Area, AreaPosition> positions = new TreeMap<>();
    if (text.isEmpty()) {
      return START;
    }
    for (String part : text.split(",", -1)) {
      String[] fields = part.split(":", -1);
      if (fields.length != 5) {
        throw new IllegalArgumentException(
            "an event id consists of area:slot:epoch:offset:version, joined by commas");
      }
      AreaPosition position =
          new AreaPosition(
              Integer.parseInt(fields[1]),
              Epoch.parse(fields[2]),
              Long.parseLong(fields[3]),
              new ShardVersion(Long.parseLong(fields[4])));
      if (positions.put(new Area(fields[0]), position) != null) {
        throw new IllegalArgumentException("an event id names the area " + fields[0] + " twice");
      }
    }
    return new EventId(positions);
  }

  public Optional<AreaPosition> find(Area area) {
    return Optional.ofNullable(positions.get(area));
  }

  /** The version seen of an area; {@link ShardVersion#NONE} where it was not followed. */
  public ShardVersion version(Area area) {
    return find(area).map(AreaPosition::version).orElse(ShardVersion.NONE);
  }

  /** This id after one more event. */
  public EventId with(Area area, AreaPosition position) {
    SortedMap<Area, AreaPosition> next = new TreeMap<>(positions);
    next.put(area, position);
    return new EventId(next);
  }

  @Override
  public String toString() {
    return positions.entrySet().stream().map(EventId::text).collect(Collectors.joining(","));
  }

  private static String text(Map.Entry<Area, AreaPosition> entry) {
    AreaPosition at = entry.getValue();
    return entry.getKey()
        + ":"
        + at.slot()
        + ":"
        + at.epoch()
        + ":"
        + at.offset()
        + ":"
        + at.version();
  }
}
