package dev.kintsugi.core;

import org.jspecify.annotations.Nullable;

/**
 * A fixed part of an area's key space: the unit of placement, of ordering and of handover; one
 * Kafka partition.
 *
 * @param number 0 or greater, smaller than the area's number of slots
 */
public record SlotId(Area area, int number) implements Comparable<SlotId> {

  public SlotId {
    if (number < 0) {
      throw new IllegalArgumentException("a slot number must be zero or greater, got " + number);
    }
  }

  @Override
  public int compareTo(SlotId other) {
    int byArea = area.compareTo(other.area);
    return byArea != 0 ? byArea : Integer.compare(number, other.number);
  }

  /** Parses what {@link #toString} printed. */
  public static SlotId parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException(
          "a slot must read area/number, got \"" + Names.shown(text) + '"');
    }
    return new SlotId(
        new Area(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
  }

  // Written out: a record's own are chains of method handles, slow until they are compiled.
  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof SlotId that && number == that.number && area.equals(that.area));
  }

  @Override
  public int hashCode() {
    return 31 * area.hashCode() + number;
  }

  @Override
  public String toString() {
    return area + "/" + number;
  }
}
