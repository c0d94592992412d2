package dev.kintsugi.local;

import dev.kintsugi.local.ClusterView.NodeSlots;
import dev.kintsugi.local.process.Waiting;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * What a suite of two nodes goes through before its JVMs write their start-up caches: requests, and
 * every way in which slots change their owner, so that neither has to wait for classes in a process
 * that was started a moment ago. Only the first process of a kind makes a cache, so the first
 * coordinator is made to lead, and the first node is left alone in the end.
 */
final class Rehearsal {

  /** To be raised when more is gone through: caches of earlier editions are made anew. */
  static final int EDITION = 2;

  private static final String FIRST = PartName.node(1).toString();
  private static final String SECOND = PartName.node(2).toString();
  private static final int SESSIONS = 40;
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofMillis(100);

  private final Suite suite;
  private final ClusterView view;
  private final FirstSessions sessions;

  private Rehearsal(Suite suite, ClusterView view, FirstSessions sessions) {
    this.suite = suite;
    this.view = view;
    this.sessions = sessions;
  }

  /**
   * Goes through all of it. Returns whether it came to its end; where it did not, caches hold less.
   */
  static boolean run(Suite suite) {
    try (ClusterView view = suite.view();
        FirstSessions sessions = new FirstSessions(suite)) {
      return new Rehearsal(suite, view, sessions).all();
    }
  }

  private boolean all() {
    if (!sessions.live(SESSIONS)) {
      return false;
    }
    suite.kill(PartName.coordinator(2).toString());
    if (!empties(FIRST) || !empties(SECOND)) {
      return false;
    }
    suite.kill(SECOND);
    return until(() -> owned(SECOND) == 0 && view.isServed()) && sessions.live(SESSIONS);
  }

  /** A node gives its slots away and takes some again. */
  private boolean empties(String node) {
    return until(() -> view.command("nodes/" + node + "/drain"))
        && until(() -> owned(node) == 0 && view.isServed())
        && sessions.live(SESSIONS)
        && until(() -> view.command("nodes/" + node + "/activate"))
        && until(() -> owned(node) > 0 && view.isServed())
        && sessions.live(SESSIONS);
  }

  /** Not known counts as some. */
  private int owned(String node) {
    return view.nodeSlots()
        .map(nodes -> nodes.getOrDefault(node, new NodeSlots(0, 0, 0)).owned())
        .orElse(1);
  }

  private static boolean until(BooleanSupplier reached) {
    return Waiting.until(PATIENCE, POLL, reached);
  }
}
