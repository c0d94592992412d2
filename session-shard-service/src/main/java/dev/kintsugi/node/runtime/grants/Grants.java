package dev.kintsugi.node.runtime.grants;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.kintsugi.core.Area;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardVersion;
import dev.kintsugi.core.SlotHash;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.node.domain.GrantRef;
import dev.kintsugi.node.domain.GrantRevoked;
import dev.kintsugi.node.domain.GrantStanding;
import dev.kintsugi.node.domain.GrantUse;
import dev.kintsugi.node.domain.GrantVerdict;
import dev.kintsugi.node.domain.SessionFacts;
import dev.kintsugi.node.domain.Shard;
import dev.kintsugi.node.domain.Verdicts;
import dev.kintsugi.node.runtime.ShardStore;
import dev.kintsugi.node.runtime.StoreListener;
import dev.kintsugi.node.runtime.life.Deadline;
import dev.kintsugi.node.runtime.life.Gate;
import dev.kintsugi.node.runtime.life.Peers;
import dev.kintsugi.node.runtime.life.SessionEnding;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Verifies the grants of the sessions of which this node has copies: asks the token service ahead,
 * in batches, and lets nobody at a session whose grant was revoked. Thread-safe.
 *
 * <p>A session with a verdict costs its owner one look-up; areas look whether a grant of the user
 * was revoked lately, which hardly ever is so.
 */
public final class Grants implements Gate, StoreListener {
  /*
   * Who verifies is the session's owner; areas do not know a session's grant. They ask the owner in
   * two cases only: when a grant of the session's user was revoked lately, and, before a write,
   * while the token service is silent, since the session may have been taken over by an owner that
   * nobody has told anything. What the owner has said then is kept for a minute.
   */

  /** How long a request may wait for a verdict that nobody had asked for in time. */
  private static final Duration WAIT = Duration.ofMillis(500);

  /** A question that is answered later than this was not answered. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  /** As long as the feed keeps them; what is older, an owner before has seen to. */
  private static final Duration KEEP_HEARD = Duration.ofHours(1);

  private static final int MOST_HEARD = 50_000;
  private static final Duration KEEP_VOUCHED = Duration.ofMinutes(1);

  /** How long before an owner is asked again that has not heard what this node has. */
  private static final Duration AGAIN = Duration.ofMillis(20);

  private static final int MOST_QUESTIONS = 25;
  private static final Duration KEEP_CLEARED = Duration.ofMinutes(10);
  private static final int MOST_CACHED = 100_000;

  /** Of the record that makes a session. */
  private static final ShardVersion FIRST = new ShardVersion(1);

  private static final Clearance UNVERIFIED = new Clearance.Unverified();
  private static final Clearance SILENT = new Clearance.Silent();

  private final GrantBook book;
  private final TokenService tokens;
  private final Peers peers;
  private final RevokedSessions revoked;
  private final Areas areas;
  private final ScheduledExecutorService timer;
  private final LongSupplier ticker;
  private final Clock clock;
  private final Duration active;
  private final Duration skew;
  private final Map<SlotId, Long> servingSince = new ConcurrentHashMap<>();
  private final AwaitedVerdicts awaited = new AwaitedVerdicts();
  private final Cache<SessionId, Clearance> vouched;
  private final Cache<SessionId, Long> cleared;
  private volatile boolean feedIsLive;
  private volatile long heard;

  /**
   * Grants of which nothing is known.
   *
   * @param timer for questions and waits; one thread is enough
   * @param skew by how much the clocks of the nodes and of the token service may differ
   */
  public static Grants of(
      TokenService tokens,
      ShardStore store,
      Peers peers,
      SessionEnding ending,
      Areas areas,
      SlotHash hash,
      ScheduledExecutorService timer,
      LongSupplier ticker,
      Clock clock,
      Duration skew) {
    Verdicts.Settings usual = Verdicts.Settings.USUAL;
    GrantBook book =
        new GrantBook(
            usual,
            MOST_HEARD,
            KEEP_HEARD,
            user -> areas.session().slotOf(user).number(),
            ticker,
            skew);
    RevokedSessions revoked = new RevokedSessions(book, store, ending, areas, hash, timer, ticker);
    Grants grants =
        new Grants(book, tokens, peers, revoked, areas, timer, ticker, clock, usual.active(), skew);
    revoked.judgedBy(grants);
    return grants;
  }

  /**
   * Grants of which nothing is known.
   *
   * @param revoked where sessions are ended
   * @param timer for questions and waits; one thread is enough
   * @param active sessions that were not used for so long are not asked for ahead
   */
  private Grants(
      GrantBook book,
      TokenService tokens,
      Peers peers,
      RevokedSessions revoked,
      Areas areas,
      ScheduledExecutorService timer,
      LongSupplier ticker,
      Clock clock,
      Duration active,
      Duration skew) {
    this.book = book;
    this.tokens = tokens;
    this.peers = peers;
    this.revoked = revoked;
    this.areas = areas;
    this.timer = timer;
    this.ticker = ticker;
    this.clock = clock;
    this.active = active;
    this.skew = skew;
    this.vouched = cache(KEEP_VOUCHED, ticker);
    this.cleared = cache(KEEP_CLEARED, ticker);
  }

  private static <V> Cache<SessionId, V> cache(Duration keep, LongSupplier ticker) {
    return Caffeine.newBuilder()
        .maximumSize(MOST_CACHED)
        .expireAfterWrite(keep)
        .ticker(ticker::getAsLong)
        .executor(Runnable::run)
        .build();
  }

  /** Asks what is due to be asked. Call about twenty times a second. */
  public void tick() {
    for (Optional<Verdicts.Question> next = book.next(); next.isPresent(); next = book.next()) {
      ask(next.get());
    }
  }

  private void ask(Verdicts.Question question) {
    CompletableFuture<Map<GrantRef, GrantVerdict>> asked;
    try {
      asked = tokens.judge(question.grants(), PATIENCE);
    } catch (RuntimeException bug) {
      asked = CompletableFuture.failedFuture(bug);
    }
    var _ =
        asked.whenComplete((answers, failure) -> {
          if (answers == null) {
            book.failed(question);
          } else {
            book.answered(question, answers)
                .forEach(found -> found.sessions().forEach(revoked::look));
          }
          question.grants().forEach(awaited::come);
        });
  }

  @Override
  public CompletableFuture<Clearance> toSession(SessionId session, Shard shard, Deadline deadline) {
    Optional<GrantUse> use = GrantUse.of(shard);
    if (use.isEmpty()) {
      return done(Clearance.CLEAR);
    }
    return shard.lives()
        ? toLiving(session, use.get(), deadline)
        : done(
            book.heardOf(use.get()).<Clearance>map(Clearance.Revoked::new).orElse(Clearance.CLEAR));
  }

  private CompletableFuture<Clearance> toLiving(
      SessionId session, GrantUse use, Deadline deadline) {
    long now = ticker.getAsLong();
    long since = servingSince.getOrDefault(areas.slotOf(Area.SESSION, session), now);
    GrantBook.Known known = book.known(use, since);
    if (!isOpen(known)) {
      return done(settled(session, known));
    }
    // Before it is asked for, so that an answer that is on its way already is not missed.
    AwaitedVerdicts.Place place = awaited.await(use.grant());
    if (!book.want(use.grant(), session)) {
      place.leave();
      return done(settled(session, book.known(use, since)));
    }
    tick();
    return patiently(place, deadline).thenApply(_ -> settled(session, book.known(use, since)));
  }

  /** Whether an answer of the token service would help. */
  private static boolean isOpen(GrantBook.Known known) {
    return switch (known) {
      case GrantBook.Known.Doubtful _ -> true;
      case GrantBook.Known.Settled(GrantStanding standing) ->
          standing instanceof GrantStanding.Unverified;
    };
  }

  private Clearance settled(SessionId session, GrantBook.Known known) {
    return switch (known) {
      case GrantBook.Known.Doubtful(String reason) -> new Clearance.Revoked(reason);
      case GrantBook.Known.Settled(GrantStanding.Clear _) -> Clearance.CLEAR;
      case GrantBook.Known.Settled(GrantStanding.Unverified _) -> UNVERIFIED;
      case GrantBook.Known.Settled(GrantStanding.Revoked(String reason)) -> {
        revoked.endIfOurs(session);
        yield new Clearance.Revoked(reason);
      }
    };
  }

  private CompletableFuture<@Nullable Void> patiently(
      AwaitedVerdicts.Place place, Deadline deadline) {
    CompletableFuture<@Nullable Void> patient = place.come().copy();
    var _ = patient.whenComplete((_, _) -> place.leave());
    if (!patient.isDone()) {
      Duration left = deadline.left();
      long millis = (left.compareTo(WAIT) < 0 ? left : WAIT).toMillis();
      ScheduledFuture<?> end =
          timer.schedule(() -> patient.complete(null), millis, TimeUnit.MILLISECONDS);
      var _ = patient.whenComplete((_, _) -> end.cancel(false));
    }
    return patient;
  }

  @Override
  public CompletableFuture<Clearance> toArea(SessionId session, Use use, Deadline deadline) {
    long place = book.lastOf(session.placement()).map(this::placeToHear).orElse(0L);
    boolean news = place > clearedUpTo(session);
    boolean unsure = use == Use.WRITE && book.silent();
    if (!news && !unsure) {
      return done(Clearance.CLEAR);
    }
    Clearance said = vouched.getIfPresent(session);
    if (!news && said != null) {
      return done(said);
    }
    return ask(session, use, place, deadline, 1);
  }

  /**
   * What an owner must have heard of to be believed; 0 of a word that the feed may have forgotten:
   * who was started since then cannot know it, and who was there before has acted on it.
   */
  private long placeToHear(GrantRevoked word) {
    Instant known = word.at().plus(KEEP_HEARD).minus(skew);
    return clock.instant().isBefore(known) ? word.place() : 0;
  }

  /** An owner that has not heard of the revocation itself says nothing about it. */
  private CompletableFuture<Clearance> ask(
      SessionId session, Use use, long place, Deadline deadline, int question) {
    return peers
        .standing(session, deadline)
        .thenCompose(standing -> {
          if (!(standing instanceof Peers.Standing.Alive alive) || alive.heard() >= place) {
            return done(said(standing, session, use, place));
          }
          if (question == MOST_QUESTIONS || deadline.left().compareTo(AGAIN) <= 0) {
            return done(SILENT);
          }
          CompletableFuture<@Nullable Void> later = new CompletableFuture<>();
          var _ =
              timer.schedule(() -> later.complete(null), AGAIN.toMillis(), TimeUnit.MILLISECONDS);
          return later.thenCompose(_ -> ask(session, use, place, deadline, question + 1));
        });
  }

  private long clearedUpTo(SessionId session) {
    Long upTo = cleared.getIfPresent(session);
    return upTo == null ? 0 : upTo;
  }

  private Clearance said(Peers.Standing standing, SessionId session, Use use, long place) {
    return switch (standing) {
      case Peers.Standing.Alive alive -> {
        cleared.put(session, place);
        if (alive.verified()) {
          vouched.put(session, Clearance.CLEAR);
          yield Clearance.CLEAR;
        }
        yield use == Use.WRITE ? UNVERIFIED : Clearance.CLEAR;
      }
      case Peers.Standing.Revoked(String reason) -> new Clearance.Revoked(reason);
      // The area's own log says that it has ended, or the session's owner when it is asked.
      case Peers.Standing.Gone _ -> Clearance.CLEAR;
      case Peers.Standing.Silent _ -> SILENT;
    };
  }

  /** The token service has told everybody of a revocation. */
  public void onRevoked(GrantRevoked word) {
    if (clock.instant().isBefore(word.at().plus(KEEP_HEARD))) {
      revoked.hear(word, feedIsLive);
    }
    heard = word.place();
  }

  /** What was told before this node's start has been read. */
  public void onFeedRead() {
    feedIsLive = true;
    servingSince.keySet().stream()
        .filter(slot -> slot.area().equals(Area.SESSION))
        .forEach(revoked::lookThrough);
  }

  /** The feed is read from its beginning again: its places are others now. */
  public void onFeedLost() {
    heard = 0;
    book.forgetPlaces();
    cleared.invalidateAll();
  }

  @Override
  public long heard() {
    return heard;
  }

  @Override
  public void onServing(SlotId slot, Duration took) {
    servingSince.put(slot, ticker.getAsLong());
    if (slot.area().equals(Area.SESSION)) {
      timer.execute(() -> revoked.lookThrough(slot));
    } else {
      // Where this slot moves, those of its sessions may move as well: their owners are asked anew.
      vouched.invalidateAll();
    }
  }

  /** Knows of the sessions that are in use from what their logs say. */
  @Override
  public void onFacts(SlotId slot, SessionId session, Shard shard) {
    Optional<GrantUse> use = GrantUse.of(shard);
    if (use.isEmpty()) {
      return;
    }
    GrantRef grant = use.get().grant();
    if (!shard.lives()) {
      book.forget(grant, session);
      return;
    }
    SessionFacts facts = shard.facts().orElseThrow();
    if (servingSince.containsKey(slot) && shard.version().equals(FIRST)) {
      book.created(grant, session);
      if (book.heardOf(use.get()).isPresent()) {
        // Whoever looked for the user's sessions when the word came may not have found it yet.
        timer.execute(() -> revoked.look(session));
      }
    } else if (facts
        .lastActiveAt()
        .orElse(facts.createdAt())
        .isAfter(clock.instant().minus(active))) {
      book.note(grant, session);
    }
  }

  private static CompletableFuture<Clearance> done(Clearance clearance) {
    return CompletableFuture.completedFuture(clearance);
  }

  /** How many grants are known. */
  public int known() {
    return book.size();
  }

  /** For how many grants somebody waits at the moment. */
  public int awaited() {
    return awaited.size();
  }

  /** How many revocations are remembered. */
  public int remembered() {
    return book.heard();
  }

  /** Whether the token service does not answer. */
  public boolean silent() {
    return book.silent();
  }

  /** How many sessions this node has ended because of their grants. */
  public long ended() {
    return revoked.ended();
  }
}
