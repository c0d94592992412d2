package dev.kintsugi.trace;

import java.time.Instant;
import java.util.List;

/**
 * One thing that one user did.
 *
 * @param user who did it
 * @param kind what it was
 * @param peers whom it concerns besides: the recipients of a sent message, each once; often empty
 * @param at when, in the trace's own time
 */
public record ActivityEvent(TraceUser user, ActionKind kind, List<TraceUser> peers, Instant at) {

  public ActivityEvent {
    peers = List.copyOf(peers);
  }
}
