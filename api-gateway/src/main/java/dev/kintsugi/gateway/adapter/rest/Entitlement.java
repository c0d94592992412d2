package dev.kintsugi.gateway.adapter.rest;

import dev.kintsugi.core.PlacementKey;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.SlotHash;
import dev.kintsugi.core.UserId;
import dev.kintsugi.kit.Caller;
import dev.kintsugi.kit.Problem;
import org.springframework.http.HttpStatus;

/**
 * What can be said about a caller's rights without looking anything up: an end user's sessions lie
 * under the user's own placement. Nodes check the rest. Immutable.
 */
final class Entitlement {

  private final SlotHash slotHash;

  Entitlement(SlotHash slotHash) {
    this.slotHash = slotHash;
  }

  void check(Caller caller, SessionId session) {
    if (caller instanceof Caller.EndUser(var application, var user)
        && !slotHash.of(application, user).equals(session.placement())) {
      throw Problem.refused(HttpStatus.FORBIDDEN, "The session is not one of the caller's own.")
          .asException();
    }
  }

  void check(Caller caller, UserId user) {
    if (caller instanceof Caller.EndUser own && !own.user().equals(user)) {
      throw Problem.refused(
              HttpStatus.FORBIDDEN, "An end user may act only for the user of the token's sub.")
          .asException();
    }
  }

  PlacementKey placement(Caller caller, UserId user) {
    return slotHash.of(caller.application(), user);
  }
}
