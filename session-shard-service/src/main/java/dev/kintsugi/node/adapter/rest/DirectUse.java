package dev.kintsugi.node.adapter.rest;

import dev.kintsugi.core.UserId;
import dev.kintsugi.kit.Activities;
import dev.kintsugi.kit.Caller;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import org.springframework.http.HttpHeaders;
import org.springframework.web.server.ServerWebExchange;

/**
 * Reports what users did who came straight to this node. What comes through a gateway is reported
 * there, and says so. Thread-safe; never blocks.
 */
final class DirectUse {

  private final Activities activities;

  DirectUse(Activities activities) {
    this.activities = activities;
  }

  /** As below, of an end user; an application's own doings are nobody's activity. */
  Consumer<Reply> of(ServerWebExchange exchange, Caller caller, String kind) {
    return switch (caller) {
      case Caller.EndUser own -> of(exchange, caller, Optional.of(own.user()), kind);
      case Caller.Application _ -> DirectUse::nothing;
    };
  }

  /**
   * Whom to tell of a request's reply: reports it where it was done, as of the time when it came.
   *
   * @param user whose activity it is; empty: nobody's
   */
  Consumer<Reply> of(
      ServerWebExchange exchange, Caller caller, Optional<UserId> user, String kind) {
    HttpHeaders headers = exchange.getRequest().getHeaders();
    if (user.isEmpty() || Activities.isTold(headers)) {
      return DirectUse::nothing;
    }
    Instant at = activities.time(headers);
    return reply -> {
      if (reply.status().is2xxSuccessful()) {
        activities.report(caller, user.get(), kind, at);
      }
    };
  }

  private static void nothing(Reply reply) {}
}
