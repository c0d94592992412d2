package dev.kintsugi.tokens.adapter.redis;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What stands under a grant's key: one string, so that each change replaces all of it.
 *
 * <pre>
 *   g1 revision number used until owner data
 *   g1 1767225600007 1767225600012 1767225661000 0 - AQF8…    a grant
 *   g1 1767225600008 1767225600013 0 0 -                      the mark of a deleted one
 * </pre>
 *
 * @param revision grows with each change of {@code data}; 0: there is nothing, also no mark
 * @param number the fencing number handed out last
 * @param usedMillis when the grant was last used, in milliseconds since 1970
 * @param untilMillis when the lease ends, by the clock of Redis
 * @param owner of the lease; empty: it was given back, or there was none
 * @param data encrypted; empty: there is no grant
 */
record StoredGrant(
    long revision, long number, long usedMillis, long untilMillis, String owner, String data) {

  /** In place of data that was not written by us; no Base64. */
  static final String DAMAGED = "!";

  /** Of encrypted data, in characters: several times what callers and providers may send. */
  static final int LARGEST = 1 << 20;

  /** Longer than anything that is read: whatever is as long as this was cut off. */
  static final int CUT = LARGEST + 256;

  static final StoredGrant NONE = new StoredGrant(0, 0, 0, 0, "", "");

  /** Something that nobody knows how to read; another grant put there takes its place. */
  static final StoredGrant FOREIGN = new StoredGrant(0, 0, 0, 0, "", DAMAGED);

  /** A lease that ends later is none of ours; else it would keep its grant from ever renewing. */
  private static final long LONGEST_LEASE_MILLIS = 3_600_000;

  private static final Pattern HEAD =
      Pattern.compile(
          "g1 ([0-9]{1,18}) ([0-9]{1,18}) ([0-9]{1,18}) ([0-9]{1,18}) (-|[0-9a-f-]{36}) ");

  /** Reads what stands there; never fails. */
  static StoredGrant parse(String text) {
    if (text.isEmpty()) {
      return NONE;
    }
    Matcher head = HEAD.matcher(text);
    if (!head.lookingAt()) {
      return FOREIGN;
    }
    String data = text.substring(head.end());
    return new StoredGrant(
        Long.parseLong(head.group(1)),
        Long.parseLong(head.group(2)),
        Long.parseLong(head.group(3)),
        Long.parseLong(head.group(4)),
        head.group(5).equals("-") ? "" : head.group(5),
        data.length() > LARGEST ? DAMAGED : data);
  }

  String text() {
    return "g1 "
        + revision
        + ' '
        + number
        + ' '
        + Math.max(usedMillis, 0)
        + ' '
        + untilMillis
        + ' '
        + (owner.isEmpty() ? "-" : owner)
        + ' '
        + data;
  }

  boolean isEmpty() {
    return data.isEmpty();
  }

  /** Whether there is data of which at least the size can be ours. */
  boolean isWhole() {
    return !data.isEmpty() && !data.equals(DAMAGED);
  }

  boolean isLeased(long nowMillis) {
    return untilMillis > nowMillis && untilMillis - nowMillis <= LONGEST_LEASE_MILLIS;
  }

  StoredGrant leased(String newOwner, long newUntilMillis) {
    return new StoredGrant(revision, number + 1, usedMillis, newUntilMillis, newOwner, data);
  }

  StoredGrant released() {
    return new StoredGrant(revision, number, usedMillis, 0, "", data);
  }

  StoredGrant numbered() {
    return new StoredGrant(revision, number + 1, usedMillis, untilMillis, owner, data);
  }

  StoredGrant used(long millis) {
    return new StoredGrant(revision, number, millis, untilMillis, owner, data);
  }

  /** Of two numbers the larger stays: one handed out before Redis lost it must not come again. */
  StoredGrant renewed(String newData, long byNumber) {
    return new StoredGrant(
        revision + 1, Math.max(number, byNumber), usedMillis, untilMillis, owner, newData);
  }

  /**
   * With what an application has put there. A lease stays: its owner may be redeeming.
   *
   * @param nowMillis by the wall clock
   */
  StoredGrant put(String newData, long newUsedMillis, long nowMillis) {
    return next(newData, newUsedMillis, nowMillis);
  }

  /** The mark that stays. */
  StoredGrant deleted(long nowMillis) {
    return next("", 0, nowMillis);
  }

  /*
   * What begins anew, after nothing or after damage, begins at the time of day: then a lease or a
   * revision from before Redis lost its data fits nothing that was put there since. A grant does
   * not change a thousand times a second, so the old numbers are always smaller.
   */
  private StoredGrant next(String newData, long newUsedMillis, long nowMillis) {
    return new StoredGrant(
        revision == 0 ? Math.max(nowMillis, 1) : revision + 1,
        revision == 0 ? Math.max(nowMillis, 1) : number + 1,
        newUsedMillis,
        untilMillis,
        owner,
        newData);
  }
}
