package dev.kintsugi.core;

import org.jspecify.annotations.Nullable;

/**
 * The fencing number of a slot: what was written under a smaller one after a larger one has
 * appeared in the log is void.
 *
 * @param grant named by the coordinator's map; 0 or greater
 * @param attempt raised by the owner at each start and after each append of unknown fate; 0 or
 *     greater
 */
public record Epoch(long grant, long attempt) implements Comparable<Epoch> {

  public static final Epoch NONE = new Epoch(0, 0);

  public Epoch {
    if (grant < 0 || attempt < 0) {
      throw new IllegalArgumentException(
          "grant and attempt must be zero or greater, got " + grant + " and " + attempt);
    }
  }

  public boolean fences(Epoch other) {
    return compareTo(other) > 0;
  }

  /**
   * The smallest epoch under {@code grant} that fences this one.
   *
   * @throws IllegalArgumentException if {@code grant} is smaller than this epoch's
   */
  public Epoch next(long grant) {
    if (grant < this.grant) {
      throw new IllegalArgumentException("grant " + grant + " cannot follow " + this);
    }
    return grant > this.grant ? new Epoch(grant, 1) : new Epoch(grant, attempt + 1);
  }

  @Override
  public int compareTo(Epoch other) {
    int byGrant = Long.compare(grant, other.grant);
    return byGrant != 0 ? byGrant : Long.compare(attempt, other.attempt);
  }

  /** Parses what {@link #toString} printed. */
  public static Epoch parse(String text) {
    int dot = text.indexOf('.');
    if (dot < 0) {
      throw new IllegalArgumentException(
          "an epoch must read grant.attempt, got \"" + Names.shown(text) + '"');
    }
    return new Epoch(
        Long.parseLong(text.substring(0, dot)), Long.parseLong(text.substring(dot + 1)));
  }

  // Written out: a record's own are chains of method handles, slow until they are compiled.
  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof Epoch that && grant == that.grant && attempt == that.attempt);
  }

  @Override
  public int hashCode() {
    return 31 * Long.hashCode(grant) + Long.hashCode(attempt);
  }

  @Override
  public String toString() {
    return grant + "." + attempt;
  }
}
