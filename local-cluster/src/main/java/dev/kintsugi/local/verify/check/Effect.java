package dev.kintsugi.local.verify.check;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One write of one value, by all its attempts under one key.
 *
 * @param attempts in the order in which they were sent; at least one
 * @param done the first acknowledged attempt; null if none was
 */
record Effect(int value, List<Exchange> attempts, @Nullable Exchange done) {

  static Effect of(List<Exchange> attempts) {
    Exchange done =
        attempts.stream().filter(a -> a.answer().fate() == Fate.DONE).findFirst().orElse(null);
    return new Effect(attempts.getFirst().request().value(), List.copyOf(attempts), done);
  }

  /** Applied if any attempt was, refused only if each was, else unknown. */
  Fate fate() {
    if (done != null) {
      return Fate.DONE;
    }
    boolean refused = attempts.stream().allMatch(a -> a.answer().fate() == Fate.REFUSED);
    return refused ? Fate.REFUSED : Fate.UNKNOWN;
  }

  /** Of an acknowledged one; 0 otherwise. */
  long version() {
    return done == null ? 0 : done.answer().version();
  }

  Stamp epoch() {
    return done == null ? Stamp.NONE : done.answer().epoch();
  }

  long sentNanos() {
    return attempts.getFirst().request().sentNanos();
  }

  boolean isRepeated() {
    return attempts.size() > 1;
  }

  @Override
  public String toString() {
    return String.valueOf(done == null ? attempts.getFirst() : done);
  }
}
