package dev.kintsugi.node.adapter.rest;

import dev.kintsugi.core.PlacementKey;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.SlotHash;
import dev.kintsugi.core.UserId;
import dev.kintsugi.kit.Caller;
import dev.kintsugi.kit.Problem;
import dev.kintsugi.node.domain.Admission;
import org.springframework.http.HttpStatus;

/** Who may touch which session. Thread-safe. */
final class Guards {

  private final SlotHash hash;

  Guards(SlotHash hash) {
    this.hash = hash;
  }

  /**
   * The guard of what a caller may touch; an end user's own sessions are told by their ids already,
   * so that a stranger's is never even looked up.
   */
  Admission of(Caller caller, SessionId session) {
    return switch (caller) {
      case Caller.EndUser user -> {
        if (!session.placement().equals(hash.of(user.application(), user.user()))) {
          throw Asked.notTheirs().asException();
        }
        yield (application, owner) -> owner.isPresent() && user.mayActFor(application, owner.get());
      }
      case Caller.Application acting ->
          (application, _) -> acting.application().equals(application);
    };
  }

  /** Refuses a caller that asks for another user. */
  void checkMayActFor(Caller caller, UserId user) {
    if (!caller.mayActFor(caller.application(), user)) {
      throw Problem.refused(HttpStatus.FORBIDDEN, "The caller may not act for this user.")
          .asException();
    }
  }

  PlacementKey placement(Caller caller, UserId user) {
    return hash.of(caller.application(), user);
  }
}
