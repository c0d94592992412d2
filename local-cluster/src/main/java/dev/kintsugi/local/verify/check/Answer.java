package dev.kintsugi.local.verify.check;

/**
 * What came of a request.
 *
 * @param nanos when, from the beginning of the run
 * @param status of HTTP; 0: no answer
 * @param fate of what it asked for
 * @param slot number of the slot that answered; -1: not told
 * @param epoch under which it was answered
 * @param offset of the slot's log up to which the answer knew it; -1: not told
 * @param map the version of the shard map of whoever answered
 * @param version of the shard; -1: not told
 * @param stale whether it is marked as possibly old
 * @param foreign whether it shows somebody else's content
 * @param content of a read
 */
public record Answer(
    long nanos,
    int status,
    Fate fate,
    int slot,
    Stamp epoch,
    long offset,
    Stamp map,
    long version,
    boolean stale,
    boolean foreign,
    Content content) {

  private static final int NOT_FOUND = 404;
  private static final int MISDIRECTED = 421;
  private static final int UNAVAILABLE = 503;

  /** No answer came. */
  public static Answer none(long nanos) {
    return refusal(nanos, 0, Fate.UNKNOWN);
  }

  /** An answer that shows nothing of the shard. */
  public static Answer refusal(long nanos, int status, Fate fate) {
    return new Answer(
        nanos, status, fate, -1, Stamp.NONE, -1, Stamp.NONE, -1, false, false, Content.EMPTY);
  }

  /**
   * Whether what it was asked for may have left a record though it was not done: its fate is
   * unknown, or it was refused by an owner that had lost its slot, or could not serve it any more.
   */
  public boolean mayHaveAppended() {
    return fate == Fate.UNKNOWN
        || (fate == Fate.REFUSED && (status == MISDIRECTED || status == UNAVAILABLE));
  }

  /** Whether it says that there is no such session, which is never said unproven. */
  public boolean deniesSession() {
    return status == NOT_FOUND && !stale;
  }

  /** Whether it was answered as done and unmarked, so that it must hold. */
  public boolean holds() {
    return fate == Fate.DONE && !stale;
  }
}
