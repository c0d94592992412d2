package dev.kintsugi.client.domain;

/**
 * What stands between one request and the nodes: says whether an attempt may be sent now. A request
 * is at one node at most: after {@link Admission#ENTER} and {@link Admission#QUEUE} it must leave
 * before it knocks elsewhere. Not to be shared between requests.
 */
public interface Door {

  /** Lets everybody in. */
  Door OPEN =
      new Door() {
        @Override
        public Admission knock(Target target, Purpose purpose, long deadlineNanos, long nowNanos) {
          return Admission.ENTER;
        }

        @Override
        public void leave(Ending ending, long nowNanos) {}
      };

  /** Why an attempt is to be sent. */
  enum Purpose {
    /** Nothing was sent to an owner before, nor did the request wait for one. */
    FIRST,
    /**
     * It waited and is to be sent for the first time, or the map, or the node asked before, names
     * another owner, or the node said that it is not the owner and may have learnt better. Comes in
     * a crowd with others, but is not limited by the retry budget.
     */
    FOLLOW,
    /** The same target failed before: paid from the retry budget. */
    RETRY,
    /** A standby, instead of waiting: at most once per request. */
    STANDBY
  }

  /** What comes of knocking. */
  enum Admission {
    /** Send now. */
    ENTER,
    /** All places at the node are taken: it will be told its turn, and knocks again then. */
    QUEUE,
    /** Too many wait for the node already. */
    FULL,
    /** The node failed too often of late and is left alone for a moment. */
    BARRED,
    /** The retry budget is used up. */
    SPENT
  }

  /** How a visit ended. */
  enum Ending {
    /** The node said something. */
    ANSWERED,
    /** The node was not reached, broke off, or said nothing in time. */
    FAILED,
    /** It was given up for reasons that say nothing about the node. */
    LEFT
  }

  /**
   * Asks to be let in.
   *
   * @param deadlineNanos of the request: of those who wait, the earliest comes first
   */
  Admission knock(Target target, Purpose purpose, long deadlineNanos, long nowNanos);

  /** Gives back what {@link #knock} gave; nothing happens where it gave nothing. */
  void leave(Ending ending, long nowNanos);
}
