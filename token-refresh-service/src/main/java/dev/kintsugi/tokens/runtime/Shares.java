package dev.kintsugi.tokens.runtime;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.UserId;

/**
 * The shares into which users are divided, each with its own part of the schedule: whoever has the
 * models of a share does what is due for its users. Thread-safe, and quick.
 */
public interface Shares {

  /** Stands for what belongs to no share; anybody does it. */
  int NONE = -1;

  /** Nothing is divided: everybody does everything. */
  Shares UNDIVIDED =
      new Shares() {
        @Override
        public int of(ApplicationId application, UserId user) {
          return NONE;
        }

        @Override
        public boolean isMine(int share) {
          return true;
        }
      };

  /** The share of a user's grants. */
  int of(ApplicationId application, UserId user);

  /** Whether this instance does what is due in a share. */
  boolean isMine(int share);
}
