package dev.kintsugi.node.domain;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.UserId;
import java.util.Optional;

/** Whether whoever asks may touch a session. Pure; thread-safe. */
@FunctionalInterface
public interface Admission {

  /** Lets everybody pass: for what the parts of the deployment ask of each other. */
  Admission ALL = (_, _) -> true;

  /**
   * Whether a session may be touched.
   *
   * @param application that created the session
   * @param user of the session; empty if it has none
   */
  boolean admits(ApplicationId application, Optional<UserId> user);
}
