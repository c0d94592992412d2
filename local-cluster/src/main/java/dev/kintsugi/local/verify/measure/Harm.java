package dev.kintsugi.local.verify.measure;

import dev.kintsugi.local.admin.OwnerChange;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Something that was done to a node for which its slots may be taken from it, by the wall clock of
 * the machine, which is the coordinators' as well.
 *
 * @param from just before it was done
 * @param until when it was undone: the node was ready again, went on, was heard again
 */
public record Harm(String node, Instant from, Instant until) {

  /** For how long after it a verdict that it was the reason for may still be published. */
  public static final Duration AFTERMATH = Duration.ofSeconds(1);

  public Harm {
    if (until.isBefore(from)) {
      throw new IllegalArgumentException("a harm ends after it began: " + from + ", " + until);
    }
  }

  /** Whether a change may be for this reason. */
  boolean explains(OwnerChange change) {
    return change.from().equals(node)
        && !change.published().isBefore(from)
        && !change.published().isAfter(until.plus(AFTERMATH));
  }

  /** How many changes were made without the owner's part and for none of these reasons. */
  public static int unexplained(List<OwnerChange> changes, List<Harm> harms) {
    return (int)
        changes.stream()
            .filter(OwnerChange::isUnplanned)
            .filter(change -> harms.stream().noneMatch(harm -> harm.explains(change)))
            .count();
  }
}
