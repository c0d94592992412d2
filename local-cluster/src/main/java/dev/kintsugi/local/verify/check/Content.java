package dev.kintsugi.local.verify.check;

import java.util.Arrays;

/**
 * Which writes a shard's content shows: each write sets the attribute {@code last} and one of
 * {@value #PLACES} others, chosen by its value, to that value. So a write that is lost shows until
 * the next one in its place, and one that was overwritten properly does not.
 */
public final class Content {

  /** How many writes a content remembers besides the last. */
  public static final int PLACES = 8;

  /** Before any write. */
  public static final Content EMPTY = new Content(0, new int[PLACES]);

  private final int last;
  private final int[] places;

  /**
   * @param last the value of the newest write; 0: none
   * @param places the value of the newest write of each place; 0: none
   */
  public Content(int last, int[] places) {
    if (places.length != PLACES) {
      throw new IllegalArgumentException("a content has " + PLACES + " places");
    }
    this.last = last;
    this.places = places.clone();
  }

  /** Where a value stands. */
  public static int placeOf(int value) {
    return value % PLACES;
  }

  /** The content after a write. */
  public Content with(int value) {
    int[] next = places.clone();
    next[placeOf(value)] = value;
    return new Content(value, next);
  }

  public int last() {
    return last;
  }

  /** A copy. */
  public int[] places() {
    return places.clone();
  }

  int place(int number) {
    return places[number];
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Content content
        && last == content.last
        && Arrays.equals(places, content.places);
  }

  @Override
  public int hashCode() {
    return 31 * last + Arrays.hashCode(places);
  }

  @Override
  public String toString() {
    return "last " + last + ", places " + Arrays.toString(places);
  }
}
