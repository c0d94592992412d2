package dev.kintsugi.node.domain;

/** What a reader puts up with where nobody can prove how a shard is just now. */
public sealed interface Leniency {
  /*
   * A stale answer is never a refusal: it shows the shard of a living session, marked, or it is not
   * given. How old it may be is for the area's policy to say.
   */

  /**
   * Whether the reader takes what the log says before an offset, marked, from whom it may be taken.
   */
  default boolean takes(long nextOffset) {
    return switch (this) {
      case None _ -> false;
      case FromOwner _ -> true;
      case FromStandby(long seen) -> nextOffset >= seen;
    };
  }

  /** Nothing: the shard as it is, or no answer. */
  record None() implements Leniency {}

  /** The shard as its owner knew it last, while the owner cannot reach the log. */
  record FromOwner() implements Leniency {}

  /**
   * The same, and the copy of a standby that has applied what the reader has seen.
   *
   * @param seen the offset that an earlier answer showed, 0 or greater
   */
  record FromStandby(long seen) implements Leniency {
    public FromStandby {
      if (seen < 0) {
        throw new IllegalArgumentException("a seen offset must be 0 or greater, got " + seen);
      }
    }
  }
}
