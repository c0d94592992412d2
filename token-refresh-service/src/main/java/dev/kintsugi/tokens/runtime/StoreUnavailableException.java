package dev.kintsugi.tokens.runtime;

/**
 * The store could not be reached, or did not answer in time.
 *
 * <p>A read may be repeated at once or answered from memory. A write may have happened all the same
 * unless {@link #nothingHappened()}; all writes of {@link GrantStore} may be repeated after a new
 * read.
 */
public final class StoreUnavailableException extends RuntimeException {

  private final boolean nothingHappened;

  public StoreUnavailableException(boolean nothingHappened, Throwable cause) {
    super("the store of grants does not answer", cause);
    this.nothingHappened = nothingHappened;
  }

  /** Whether it is certain that the store did nothing. */
  public boolean nothingHappened() {
    return nothingHappened;
  }
}
