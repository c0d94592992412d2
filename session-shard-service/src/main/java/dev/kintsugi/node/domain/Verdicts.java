package dev.kintsugi.node.domain;

import dev.kintsugi.core.SessionId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a node knows of the grants of the sessions in its copies, and what it has to ask next. Every
 * owner and every standby asks ahead for the sessions that are in use, so that a new owner has a
 * verdict before it first answers. Look-ups take constant time. Not thread-safe.
 *
 * <pre>
 *   none ──asked──► valid ──old──► asked again …
 *    ▲ │ created      │
 *    │ ▼ here         │ said so
 *    │ vouched        ▼
 *    └───────────── revoked          another session with the same grant: none again
 * </pre>
 */
public final class Verdicts {
  /*
   * A verdict that was asked for since the node serves the session stays good until another one
   * comes: the session has been verified after the takeover, which is all that is asked of an owner
   * while the token service is away. An older one is good as long as it may be used.
   */

  /**
   * Bounds and times.
   *
   * @param most grants known at a time, those used last. Too low: sessions in use have no verdict
   *     when their owner dies, and the first request of each waits for one. Too high: memory, about
   *     400 bytes each
   * @param batch grants in a question. Too low: more questions; too high: one that is lost holds up
   *     many
   * @param questions under way at a time
   * @param longestUse of a verdict, whatever the token service says
   * @param ahead how long before that it is asked for again. Too low: a slow token service leaves a
   *     gap in which a takeover finds none; too high: more questions
   * @param active a session that was not used for so long is not asked for ahead
   * @param firstPause after a question that was not answered; doubled by each further one
   * @param longestPause between questions while none is answered
   * @param probe when nothing has been asked for so long, whether anybody is there is asked
   */
  public record Settings(
      int most,
      int batch,
      int questions,
      Duration longestUse,
      Duration ahead,
      Duration active,
      Duration firstPause,
      Duration longestPause,
      Duration probe) {

    public static final Settings USUAL =
        new Settings(
            100_000,
            200,
            2,
            Duration.ofMinutes(5),
            Duration.ofMinutes(1),
            Duration.ofMinutes(15),
            Duration.ofMillis(100),
            Duration.ofSeconds(2),
            Duration.ofSeconds(2));
  }

  /**
   * What the token service is asked.
   *
   * @param grants empty: only whether it is there
   * @param sentNanos from when its answers count
   */
  public record Question(List<GrantRef> grants, long sentNanos) {
    public Question {
      grants = List.copyOf(grants);
    }
  }

  /** A grant that turned out to be revoked, and the sessions that were seen with it. */
  public record Found(GrantRef grant, String reason, List<SessionId> sessions) {}

  private static final int MOST_SESSIONS = 8;
  private static final int SILENT_AFTER = 2;
  private static final int SLACK = 1_000;

  private record Due(long nanos, GrantRef grant) {}

  private static final class Entry {
    private final Set<SessionId> sessions = new LinkedHashSet<>();
    private @Nullable GrantVerdict verdict;
    private boolean vouched;
    private long verdictNanos;
    private long usableUntilNanos;
    private long activeNanos;
    private boolean asking;
    private boolean urgent;
    private @Nullable Due due;
  }

  private final Settings settings;
  private final LinkedHashMap<GrantRef, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
  private final Deque<GrantRef> urgent = new ArrayDeque<>();
  private final PriorityQueue<Due> schedule =
      new PriorityQueue<>(
          Comparator.comparing(Due::nanos, (one, other) -> Long.signum(one - other)));
  private int underWay;
  private int failures;
  private long notBeforeNanos;
  private long lastAskedNanos;

  /** Nothing is known. */
  public Verdicts(Settings settings, long nowNanos) {
    this.settings = settings;
    this.notBeforeNanos = nowNanos;
    this.lastAskedNanos = nowNanos;
  }

  /** A session with that grant is in use. */
  public void note(GrantRef grant, SessionId session, long nowNanos) {
    Entry entry = entry(grant);
    entry.activeNanos = nowNanos;
    if (entry.sessions.add(session)) {
      if (entry.sessions.size() > MOST_SESSIONS) {
        entry.sessions.remove(entry.sessions.iterator().next());
      }
      if (entry.verdict instanceof GrantVerdict.Revoked) {
        entry.verdict = null;
        entry.usableUntilNanos = nowNanos;
        entry.due = null;
      }
    }
    if (entry.due == null && !entry.asking) {
      plan(grant, entry, nextAsk(entry, nowNanos));
    }
  }

  /** A session has ended: nobody asks for its grant's sake any more, unless another one has it. */
  public void forget(GrantRef grant, SessionId session) {
    Entry entry = entries.get(grant);
    if (entry != null && entry.sessions.remove(session) && entry.sessions.isEmpty()) {
      entries.remove(grant);
    }
  }

  /** A session with that grant was made by this node, which serves it: it needs no verdict yet. */
  public void created(GrantRef grant, SessionId session, long nowNanos) {
    note(grant, session, nowNanos);
    Entry entry = entry(grant);
    if (entry.verdict == null) {
      entry.verdict = new GrantVerdict.Unknown();
      entry.vouched = true;
      entry.verdictNanos = nowNanos;
      entry.usableUntilNanos = nowNanos;
    }
  }

  /** Somebody waits for a verdict on it. False: nobody is asked for now, waiting is no use. */
  public boolean want(GrantRef grant, SessionId session, long nowNanos) {
    note(grant, session, nowNanos);
    Entry entry = entry(grant);
    if (nowNanos - notBeforeNanos < 0) {
      return false;
    }
    if (!entry.asking && !entry.urgent) {
      entry.urgent = true;
      urgent.add(grant);
    }
    return true;
  }

  /** The sessions that were seen with a grant lately; eight at most. */
  public List<SessionId> sessionsOf(GrantRef grant) {
    Entry entry = entries.get(grant);
    return entry == null ? List.of() : List.copyOf(entry.sessions);
  }

  /**
   * What the node may go by with a session.
   *
   * @param sinceNanos from when on a verdict counts however old it is: when the node began to serve
   *     the session
   */
  public GrantStanding judge(GrantUse use, long sinceNanos, long nowNanos) {
    Entry entry = entries.get(use.grant());
    if (entry == null || entry.verdict == null) {
      return new GrantStanding.Unverified();
    }
    boolean counts = entry.verdictNanos - sinceNanos >= 0 || nowNanos - entry.usableUntilNanos < 0;
    return switch (entry.verdict) {
      case GrantVerdict.Revoked(String reason, var user) when use.mayBeOf(user) ->
          new GrantStanding.Revoked(reason);
      case GrantVerdict.Revoked _, GrantVerdict.Valid _, GrantVerdict.Unknown _ ->
          counts ? new GrantStanding.Clear() : new GrantStanding.Unverified();
    };
  }

  /** What the token service said since a moment; empty: nothing. */
  public Optional<GrantVerdict> since(GrantRef grant, long sinceNanos) {
    Entry entry = entries.get(grant);
    return entry == null
            || entry.verdict == null
            || entry.vouched
            || entry.verdictNanos - sinceNanos < 0
        ? Optional.empty()
        : Optional.of(entry.verdict);
  }

  /** The next question, if there is one to be asked now. */
  public Optional<Question> next(long nowNanos) {
    if (underWay >= settings.questions() || nowNanos - notBeforeNanos < 0) {
      return Optional.empty();
    }
    List<GrantRef> batch = new ArrayList<>();
    while (batch.size() < settings.batch() && !urgent.isEmpty()) {
      take(urgent.removeFirst(), batch);
    }
    while (batch.size() < settings.batch()
        && !schedule.isEmpty()
        && nowNanos - schedule.peek().nanos() >= 0) {
      takeIfActive(schedule.remove(), batch, nowNanos);
    }
    boolean probe = underWay == 0 && nowNanos - lastAskedNanos >= settings.probe().toNanos();
    if (batch.isEmpty() && !probe) {
      return Optional.empty();
    }
    underWay++;
    lastAskedNanos = nowNanos;
    return Optional.of(new Question(batch, nowNanos));
  }

  private void takeIfActive(Due due, List<GrantRef> batch, long nowNanos) {
    Entry entry = entries.get(due.grant());
    if (entry == null || !due.equals(entry.due)) {
      return;
    }
    entry.due = null;
    if (nowNanos - entry.activeNanos < settings.active().toNanos()) {
      take(due.grant(), batch);
    }
  }

  private void take(GrantRef grant, List<GrantRef> batch) {
    Entry entry = entries.get(grant);
    if (entry != null && !entry.asking) {
      entry.asking = true;
      entry.urgent = false;
      entry.due = null;
      batch.add(grant);
    }
  }

  /**
   * The token service has answered.
   *
   * @param answers those missing count as unanswered
   * @return what turned out to be revoked, each time that it is said
   */
  public List<Found> answered(
      Question question, Map<GrantRef, GrantVerdict> answers, long nowNanos) {
    underWay--;
    failures = 0;
    List<Found> revoked = new ArrayList<>();
    for (GrantRef grant : question.grants()) {
      Entry entry = entries.get(grant);
      if (entry == null) {
        continue;
      }
      entry.asking = false;
      GrantVerdict verdict = answers.get(grant);
      if (verdict != null) {
        take(entry, verdict, question.sentNanos());
        if (verdict instanceof GrantVerdict.Revoked(String reason, _)) {
          revoked.add(new Found(grant, reason, List.copyOf(entry.sessions)));
        }
      }
      // Not at once again: a verdict that is too short to be renewed ahead makes no flood.
      long next = verdict == null ? nowNanos : nextAsk(entry, nowNanos);
      plan(grant, entry, next - later(nowNanos) > 0 ? next : later(nowNanos));
    }
    return revoked;
  }

  private void take(Entry entry, GrantVerdict verdict, long sentNanos) {
    entry.verdict = verdict;
    entry.vouched = false;
    entry.verdictNanos = sentNanos;
    Duration longest = settings.longestUse();
    entry.usableUntilNanos =
        sentNanos
            + switch (verdict) {
              case GrantVerdict.Valid(Duration usable) when usable.compareTo(longest) < 0 ->
                  Math.max(0, usable.toNanos());
              case GrantVerdict.Valid _, GrantVerdict.Unknown _, GrantVerdict.Revoked _ ->
                  longest.toNanos();
            };
  }

  /** The token service has not answered, or not soundly. */
  public void failed(Question question, long nowNanos) {
    underWay--;
    failures = Math.min(failures + 1, 30);
    long pause =
        Math.min(
            settings.longestPause().toNanos(), settings.firstPause().toNanos() << (failures - 1));
    notBeforeNanos = nowNanos + pause;
    for (GrantRef grant : question.grants()) {
      Entry entry = entries.get(grant);
      if (entry != null) {
        entry.asking = false;
        plan(grant, entry, notBeforeNanos);
      }
    }
  }

  /** Whether the token service does not answer. */
  public boolean silent() {
    return failures >= SILENT_AFTER;
  }

  /** Shortly before the verdict ends; at once where it ends sooner. */
  private long nextAsk(Entry entry, long nowNanos) {
    if (entry.verdict == null || entry.usableUntilNanos - nowNanos <= 0) {
      return nowNanos;
    }
    long ahead = entry.usableUntilNanos - settings.ahead().toNanos();
    return ahead - nowNanos > 0 ? ahead : nowNanos;
  }

  private long later(long nowNanos) {
    return nowNanos + settings.longestPause().toNanos();
  }

  private void plan(GrantRef grant, Entry entry, long atNanos) {
    Due due = new Due(atNanos, grant);
    entry.due = due;
    schedule.add(due);
    if (schedule.size() > 2 * settings.most() + SLACK) {
      schedule.removeIf(this::isStale);
    }
  }

  private boolean isStale(Due due) {
    Entry entry = entries.get(due.grant());
    return entry == null || !due.equals(entry.due);
  }

  private Entry entry(GrantRef grant) {
    Entry entry = entries.computeIfAbsent(grant, _ -> new Entry());
    if (entries.size() > settings.most()) {
      Iterator<GrantRef> eldest = entries.keySet().iterator();
      eldest.next();
      eldest.remove();
    }
    return entry;
  }

  public int size() {
    return entries.size();
  }

  /** What is planned, old plans included: never many more than are known. */
  int planned() {
    return schedule.size() + urgent.size();
  }
}
