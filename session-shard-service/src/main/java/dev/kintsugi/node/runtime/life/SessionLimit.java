package dev.kintsugi.node.runtime.life;

/**
 * What happens when a user would have more sessions of one application at once than may be.
 *
 * @param perUser how many there may be; 0: any number
 */
public record SessionLimit(int perUser, WhenTooMany whenTooMany) {

  /** Who has to give way. */
  public enum WhenTooMany {
    /** The sessions in which nothing went on for longest end. */
    END_OLDEST,
    /** The new session is not made. */
    REFUSE
  }

  public static final SessionLimit NONE = new SessionLimit(0, WhenTooMany.END_OLDEST);

  /** Whether a creation can be refused for what its user has already. */
  boolean refuses() {
    return perUser > 0 && whenTooMany == WhenTooMany.REFUSE;
  }
}
