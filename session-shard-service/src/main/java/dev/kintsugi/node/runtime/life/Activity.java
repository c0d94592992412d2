package dev.kintsugi.node.runtime.life;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.node.domain.TimingWheel;
import dev.kintsugi.node.runtime.StoreListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
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
   *
   * A flush looks only at what is due: each session stands once in a timing wheel, or among those
   * that have come since the last flush. When its moment comes and has been put off meanwhile, it
   * goes back into the wheel.
   */

  private static final int MOST_SESSIONS = 1_000_000;
  private static final int MOST_PER_REPORT = 500;
  private static final int MOST_PER_FLUSH = 20_000;
  private static final int MOST_VISITS = 200_000;
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final Duration TICK = Duration.ofMillis(100);
  private static final int BUCKETS = 1_024;

  /**
   * One session.
   *
   * @param written whether the log of the session has that activity
   * @param notBeforeNanos when it is worth reporting again
   */
  private record Entry(long activeNanos, boolean written, long notBeforeNanos) {}

  private final Peers peers;
  private final Areas areas;
  private final LongSupplier ticker;
  private final int mostSessions;
  private final Map<SessionId, Entry> entries = new ConcurrentHashMap<>();
  private final Queue<SessionId> arrivals = new ConcurrentLinkedQueue<>();
  private final Map<SlotId, Long> servedSinceNanos = new ConcurrentHashMap<>();

  /** Guarded by this object's lock. */
  private final TimingWheel wheel;

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
    this.wheel = new TimingWheel(TICK.toNanos(), BUCKETS, ticker.getAsLong());
  }

  /** The session was used just now. */
  public void note(SessionId session) {
    long nowNanos = ticker.getAsLong();
    if (entries.size() >= mostSessions && !entries.containsKey(session)) {
      overflowNanos = Optional.of(nowNanos);
      return;
    }
    while (true) {
      Entry before = entries.putIfAbsent(session, new Entry(nowNanos, false, nowNanos));
      if (before == null) {
        arrivals.add(session);
        return;
      }
      long active = later(before.activeNanos(), nowNanos);
      if (entries.replace(session, before, new Entry(active, false, before.notBeforeNanos()))) {
        return;
      }
    }
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

  /**
   * Reports what is due to be reported. Call about once a second; cost: a bounded number of those
   * that are due.
   */
  public void flush() {
    Map<SlotId, List<SessionId>> due = new TreeMap<>();
    takeDue(ticker.getAsLong())
        .forEach(session ->
            due.computeIfAbsent(areas.slotOf(Area.SESSION, session), _ -> new ArrayList<>())
                .add(session));
    due.values().forEach(this::report);
  }

  /** Those that have come first, up to half of all: a slot that fails must not hold them up. */
  private synchronized List<SessionId> takeDue(long nowNanos) {
    List<SessionId> due = new ArrayList<>();
    takeArrived(nowNanos, due, MOST_PER_FLUSH / 2);
    wheel.advance(nowNanos, MOST_VISITS, MOST_VISITS, session -> takeIfDue(session, nowNanos, due));
    takeArrived(nowNanos, due, MOST_PER_FLUSH);
    return due;
  }

  private void takeArrived(long nowNanos, List<SessionId> due, int most) {
    while (due.size() < most) {
      SessionId arrived = arrivals.poll();
      if (arrived == null) {
        return;
      }
      takeIfDue(arrived, nowNanos, due);
    }
  }

  /**
   * Whatever is not forgotten goes back into the wheel: what is reported, soon, since its answer
   * says when it is worth reporting again. Call with the lock held.
   */
  private void takeIfDue(SessionId session, long nowNanos, List<SessionId> due) {
    Entry entry =
        entries.computeIfPresent(session, (_, known) -> isOver(known, nowNanos) ? null : known);
    if (entry == null) {
      return;
    }
    boolean isDue = nowNanos - entry.notBeforeNanos() >= 0;
    if (isDue && due.size() < MOST_PER_FLUSH) {
      due.add(session);
    }
    wheel.add(session, isDue ? nowNanos + TICK.toNanos() : entry.notBeforeNanos());
  }

  private static boolean isOver(Entry entry, long nowNanos) {
    return entry.written() && nowNanos - entry.notBeforeNanos() >= 0;
  }

  private void report(List<SessionId> sessions) {
    for (int from = 0; from < sessions.size(); from += MOST_PER_REPORT) {
      int to = Math.min(sessions.size(), from + MOST_PER_REPORT);
      reportSome(sessions.subList(from, to));
    }
  }

  private void reportSome(List<SessionId> sessions) {
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
    var _ =
        peers
            .report(ago, Deadline.in(PATIENCE, ticker))
            .thenAccept(noted ->
                noted.forEach((session, answer) -> {
                  Duration reported = ago.get(session);
                  if (reported != null) {
                    noted(session, nowNanos - reported.toNanos(), answer);
                  }
                }));
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
