package dev.kintsugi.node.runtime.life;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.node.runtime.StoreListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * When the sessions that this node was asked for were active last, until that is written down.
 * Thread-safe; bounded.
 */
public final class Activity implements StoreListener {
  /*
   * An activity is reported at the next flush; the session's owner answers whether its log has it,
   * and when the next report is worth while. Until both, the session stays here, so that the owner
   * can ask for it before it ends the session for idleness. What is lost with a node is therefore
   * at most what came within one interval after the last touch in the log.
   */

  private static final int MOST_SESSIONS = 1_000_000;
  private static final int MOST_PER_REPORT = 500;
  private static final int MOST_PER_FLUSH = 20_000;

  /**
   * Of the sessions of a slot that left a report unanswered only those that wait longest are
   * reported, so that what is due there, again and again, does not take the places of others.
   */
  private static final int MOST_AFTER_SILENCE = 20;

  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /**
   * One session.
   *
   * @param written whether the log of the session has that activity
   * @param notBeforeNanos when it is worth reporting again
   */
  private record Entry(long activeNanos, boolean written, long notBeforeNanos) {}

  /** A session that is due, and for how long. */
  private record Waiting(SessionId session, long nanos) {
    static final Comparator<Waiting> SHORTEST_FIRST = Comparator.comparingLong(Waiting::nanos);
  }

  private final Peers peers;
  private final Areas areas;
  private final LongSupplier ticker;
  private final int mostSessions;
  private final Map<SessionId, Entry> entries = new ConcurrentHashMap<>();
  private final Map<SlotId, Long> servedSinceNanos = new ConcurrentHashMap<>();

  /** Slots whose last report was left unanswered for the most part. */
  private final Set<SlotId> silent = ConcurrentHashMap.newKeySet();

  private volatile Optional<Long> overflowNanos = Optional.empty();

  /** Remembers nothing yet. */
  public Activity(Peers peers, Areas areas, LongSupplier ticker) {
    this(peers, areas, ticker, MOST_SESSIONS);
  }

  Activity(Peers peers, Areas areas, LongSupplier ticker, int mostSessions) {
    this.peers = peers;
    this.areas = areas;
    this.ticker = ticker;
    this.mostSessions = mostSessions;
  }

  /** The session was used just now. */
  public void note(SessionId session) {
    long nowNanos = ticker.getAsLong();
    if (entries.size() >= mostSessions && !entries.containsKey(session)) {
      overflowNanos = Optional.of(nowNanos);
      return;
    }
    entries.merge(
        session,
        new Entry(nowNanos, false, nowNanos),
        (before, _) ->
            new Entry(later(before.activeNanos(), nowNanos), false, before.notBeforeNanos()));
  }

  /** Whoever was held up after it had read the clock must not take a later activity back. */
  private static long later(long one, long other) {
    return one - other > 0 ? one : other;
  }

  @Override
  public void onServing(SlotId slot, Duration took) {
    servedSinceNanos.put(slot, ticker.getAsLong());
  }

  /**
   * What this node has heard of a session; ask only where it owns the slot of that area. Where too
   * many were active to be remembered, a session may have been among them.
   */
  public Peers.Heard heard(SessionId session, Area area) {
    long nowNanos = ticker.getAsLong();
    Entry entry = entries.get(session);
    Optional<Long> active = entry == null ? overflowNanos : Optional.of(entry.activeNanos());
    long since = servedSinceNanos.getOrDefault(areas.slotOf(area, session), nowNanos);
    return new Peers.Heard(
        active.map(at -> Duration.ofNanos(nowNanos - at)), Duration.ofNanos(nowNanos - since));
  }

  /** Reports what is due to be reported. Call about once a second; cost: all active sessions. */
  public void flush() {
    long nowNanos = ticker.getAsLong();
    Map<SlotId, List<SessionId>> due = new TreeMap<>();
    Map<SlotId, Queue<Waiting>> afterSilence = new TreeMap<>();
    int left = MOST_PER_FLUSH;
    List<SessionId> over = new ArrayList<>();
    for (Map.Entry<SessionId, Entry> one : entries.entrySet()) {
      SessionId session = one.getKey();
      Entry entry = one.getValue();
      if (nowNanos - entry.notBeforeNanos() < 0) {
        continue;
      }
      if (entry.written()) {
        over.add(session);
        continue;
      }
      SlotId slot = areas.slotOf(Area.SESSION, session);
      if (silent.contains(slot)) {
        Queue<Waiting> waiting =
            afterSilence.computeIfAbsent(slot, _ -> new PriorityQueue<>(Waiting.SHORTEST_FIRST));
        waiting.add(new Waiting(session, nowNanos - entry.notBeforeNanos()));
        if (waiting.size() > MOST_AFTER_SILENCE) {
          waiting.remove();
        }
      } else if (left > 0) {
        left--;
        due.computeIfAbsent(slot, _ -> new ArrayList<>()).add(session);
      }
    }
    over.forEach(session ->
        entries.computeIfPresent(session, (_, entry) -> isOver(entry, nowNanos) ? null : entry));
    due.forEach(this::report);
    afterSilence.forEach(
        (slot, waiting) -> reportSome(slot, waiting.stream().map(Waiting::session).toList()));
  }

  private static boolean isOver(Entry entry, long nowNanos) {
    return entry.written() && nowNanos - entry.notBeforeNanos() >= 0;
  }

  private void report(SlotId slot, List<SessionId> sessions) {
    for (int from = 0; from < sessions.size(); from += MOST_PER_REPORT) {
      int to = Math.min(sessions.size(), from + MOST_PER_REPORT);
      reportSome(slot, sessions.subList(from, to));
    }
  }

  private void reportSome(SlotId slot, List<SessionId> sessions) {
    long nowNanos = ticker.getAsLong();
    Map<SessionId, Duration> ago = new LinkedHashMap<>();
    for (SessionId session : sessions) {
      Entry sent =
          entries.computeIfPresent(
              session,
              (_, entry) ->
                  new Entry(entry.activeNanos(), entry.written(), nowNanos + PATIENCE.toNanos()));
      if (sent != null) {
        // It may have been active again since the clock was read here.
        ago.put(session, Duration.ofNanos(Math.max(0, nowNanos - sent.activeNanos())));
      }
    }
    if (ago.isEmpty()) {
      return;
    }
    var _ =
        peers
            .report(ago, Deadline.in(PATIENCE, ticker))
            .exceptionally(_ -> Map.of())
            .thenAccept(noted -> {
              if (2 * noted.size() < ago.size()) {
                silent.add(slot);
              } else {
                silent.remove(slot);
              }
              noted.forEach((session, answer) -> {
                Duration reported = ago.get(session);
                if (reported != null) {
                  noted(session, nowNanos - reported.toNanos(), answer);
                }
              });
            });
  }

  private void noted(SessionId session, long reportedNanos, Touching.Noted answer) {
    long notBefore = ticker.getAsLong() + answer.next().toNanos();
    entries.computeIfPresent(
        session,
        (_, entry) ->
            new Entry(
                entry.activeNanos(),
                answer.written() && entry.activeNanos() - reportedNanos <= 0,
                notBefore));
  }

  /** How many sessions are remembered. */
  public int size() {
    return entries.size();
  }
}
