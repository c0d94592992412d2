package dev.kintsugi.node.domain;

import dev.kintsugi.core.SessionId;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Sessions by the moment at which somebody has to look at them. Adding costs constant time; each
 * session is looked at once per turn of the wheel and once more when it is due, and one call never
 * looks at more than it is told to. Not thread-safe.
 */
final class TimingWheel {
  /*
   * A hashed wheel [1]: bucket t mod n holds what is due at tick t, t + n, t + 2n … A call goes on
   * where the last one stopped, so that many deadlines at one moment are worked off over several
   * calls and keep nobody else waiting.
   *
   * [1] Varghese and Lauck, Hashed and Hierarchical Timing Wheels, SOSP 1987, scheme 6.
   */

  private static final class Bucket {
    SessionId[] sessions = new SessionId[4];
    long[] deadlines = new long[4];
    int size;

    void add(SessionId session, long deadline) {
      if (size == sessions.length) {
        sessions = Arrays.copyOf(sessions, size * 2);
        deadlines = Arrays.copyOf(deadlines, size * 2);
      }
      sessions[size] = session;
      deadlines[size] = deadline;
      size++;
    }

    /** Takes one out; the last takes its place. */
    @SuppressWarnings("NullAway") // what is beyond the size is never read
    void remove(int index) {
      size--;
      sessions[index] = sessions[size];
      deadlines[index] = deadlines[size];
      sessions[size] = null;
    }
  }

  private final long tickNanos;
  private final long originNanos;
  private final Bucket[] buckets;

  /** The next tick to be worked off, and how much of its bucket has been. */
  private long tick;

  private int index;
  private int size;

  /**
   * An empty wheel.
   *
   * @param tickNanos how exact it is: nothing is due early, and at most a tick late
   * @param buckets the more, the less often a far deadline is looked at
   */
  TimingWheel(long tickNanos, int buckets, long nowNanos) {
    this.tickNanos = tickNanos;
    this.originNanos = nowNanos;
    this.buckets = new Bucket[buckets];
  }

  /** Adds a session; one that is there already is there twice. */
  void add(SessionId session, long deadlineNanos) {
    long since = deadlineNanos - originNanos;
    long due = Math.max(tick + 1, Math.ceilDiv(since, tickNanos));
    int number = (int) Math.floorMod(due, (long) buckets.length);
    Bucket bucket = buckets[number];
    if (bucket == null) {
      bucket = new Bucket();
      buckets[number] = bucket;
    }
    bucket.add(session, since);
    size++;
  }

  /**
   * Takes out what is due.
   *
   * @param mostVisits how many sessions to look at
   * @param mostDue how many to take out
   * @param due may add them again
   */
  void advance(long nowNanos, int mostVisits, int mostDue, Consumer<SessionId> due) {
    long now = Math.floorDiv(nowNanos - originNanos, tickNanos);
    if (now - tick > buckets.length) {
      // A pause: one turn finds everything.
      tick = now - buckets.length;
      index = 0;
    }
    int visits = mostVisits;
    int left = mostDue;
    while (tick <= now) {
      Bucket bucket = buckets[(int) Math.floorMod(tick, (long) buckets.length)];
      while (bucket != null && index < bucket.size) {
        if (visits-- == 0 || left == 0) {
          return;
        }
        if (bucket.deadlines[index] <= nowNanos - originNanos) {
          SessionId session = bucket.sessions[index];
          bucket.remove(index);
          size--;
          left--;
          due.accept(session);
        } else {
          index++;
        }
      }
      index = 0;
      tick++;
    }
  }

  int size() {
    return size;
  }
}
