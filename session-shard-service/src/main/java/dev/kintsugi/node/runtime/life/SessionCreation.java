package dev.kintsugi.node.runtime.life;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.node.domain.Answer;
import dev.kintsugi.node.domain.AppliedRequest;
import dev.kintsugi.node.domain.Change;
import dev.kintsugi.node.domain.Content;
import dev.kintsugi.node.domain.Position;
import dev.kintsugi.node.domain.Refusal;
import dev.kintsugi.node.domain.Request;
import dev.kintsugi.node.domain.RequestKey;
import dev.kintsugi.node.domain.SessionFacts;
import dev.kintsugi.node.domain.Shard;
import dev.kintsugi.node.domain.ShardKey;
import dev.kintsugi.node.domain.WriteRules;
import dev.kintsugi.node.runtime.ShardStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/** Makes sessions at the owner of their {@code session} slot. Thread-safe; futures never fail. */
public final class SessionCreation {
  /*
   * First the contents of the other areas, at their owners; the area `session` last, and only from
   * then on does the session exist. Whoever fails on the way leaves contents under an id that
   * nobody has been told.
   *
   * An id made from a key holds the number of its hour. A repeat just after the hour must find the
   * session of the hour before; one that is not there yet may still be under way. So early in an
   * hour the old id is taken out of use first (a session that has ended without ever having been),
   * which the log decides against a creation under way: one of the two finds the other.
   *
   * The caller is part of such an id, so whoever finds a session there has made it with this key.
   * Whether he asked for the same can be told as long as the session keeps the request that made
   * it: for KEY_WINDOW at least, after that until the next write to its facts. From then on a
   * repeat gets the session whatever it asks for. A session without the request that is younger
   * than that was made by something else; its maker's content must not pass for this caller's.
   *
   * The slot of `session` decides whether a user may have one more session. Where the oldest give
   * way, they end only now that nothing else can go wrong. What will be refused is refused before
   * any contents are written, as far as that can be told (they are too large, the node or the user
   * has too many sessions), since contents under an id from a key must stay: the same key may yet
   * make the session. Those under a random id, which nobody can ask for again, are ended.
   */

  private static final Duration LONGEST_REQUEST = Duration.ofMinutes(2);
  private static final Duration CLEARING = Duration.ofSeconds(5);

  /** Each but the last ends sessions for the new one; others may be faster each time. */
  private static final int MOST_ATTEMPTS = 6;

  /**
   * What came of a creation.
   *
   * @param id of the session that the answer is about
   */
  public record Made(SessionId id, Answer answer) {}

  private final ShardStore store;
  private final Peers peers;
  private final Areas areas;
  private final SessionIds ids;
  private final SessionLimit limit;
  private final SurplusSessions surplus;
  private final Clock clock;
  private final BooleanSupplier nearlyFull;

  /** Creation on a store whose memory has no end. */
  public SessionCreation(
      ShardStore store,
      Peers peers,
      Areas areas,
      SessionIds ids,
      SessionEnding ending,
      SessionLimit limit,
      Clock clock) {
    this(store, peers, areas, ids, ending, limit, clock, () -> false);
  }

  /**
   * Creation on a store that holds users to a limit.
   *
   * @param limit the same as the store's
   * @param nearlyFull whether the store takes no new sessions for lack of memory; asked by many
   *     threads
   */
  public SessionCreation(
      ShardStore store,
      Peers peers,
      Areas areas,
      SessionIds ids,
      SessionEnding ending,
      SessionLimit limit,
      Clock clock,
      BooleanSupplier nearlyFull) {
    this.store = store;
    this.peers = peers;
    this.areas = areas;
    this.ids = ids;
    this.limit = limit;
    this.surplus = new SurplusSessions(store, areas, ending, limit.perUser());
    this.clock = clock;
    this.nearlyFull = nearlyFull;
  }

  /**
   * Makes the session, or finds the one that the same key made before; {@link Refusal#ENDED} if
   * that one has ended since.
   */
  public CompletableFuture<Made> create(Creation creation, Deadline deadline) {
    if (creation.idempotencyKey().isEmpty()) {
      return make(ids.random(creation.placement()), creation, deadline);
    }
    Instant now = clock.instant();
    long window = SessionIds.windowOf(now);
    SessionId before = idOf(creation, window - 1);
    return find(before, creation, deadline)
        .thenCompose(found ->
            found.isPresent()
                ? CompletableFuture.completedFuture(found.get())
                : retire(before, creation, now, deadline)
                    .thenCompose(late ->
                        late.isPresent()
                            ? CompletableFuture.completedFuture(late.get())
                            : make(idOf(creation, window), creation, deadline)));
  }

  private SessionId idOf(Creation creation, long window) {
    return ids.ofKey(
        creation.placement(),
        creation.application(),
        creation.user(),
        creation.caller(),
        creation.idempotencyKey().orElseThrow(),
        window);
  }

  /** The end of the matter if the session is there, or if that cannot be told. */
  private CompletableFuture<Optional<Made>> find(
      SessionId id, Creation creation, Deadline deadline) {
    return find(id, creation, Optional.empty(), deadline);
  }

  /**
   * As above.
   *
   * @param ifRetired the answer where the id was taken out of use; empty: that ends nothing
   */
  private CompletableFuture<Optional<Made>> find(
      SessionId id, Creation creation, Optional<Refusal> ifRetired, Deadline deadline) {
    return store
        .submit(new Request.Read(slot(id), key(id)), deadline.left())
        .thenApply(answer ->
            switch (answer) {
              case Answer.Found found when Lives.wasMade(found.shard()) ->
                  Optional.of(new Made(id, again(found, creation.request())));
              case Answer.Found(Shard _, Position position) ->
                  ifRetired.map(why -> new Made(id, new Answer.Refused(why, position)));
              case Answer.Absent _ -> Optional.empty();
              case Answer.Stale _,
                  Answer.Refused _,
                  Answer.Unknown _,
                  Answer.Applied _,
                  Answer.Sessions _ ->
                  Optional.of(new Made(id, answer));
            });
  }

  private Answer again(Answer.Found found, RequestKey request) {
    Shard shard = found.shard();
    boolean made =
        shard.requests().stream()
            .map(AppliedRequest::key)
            .filter(request::sameKey)
            .findFirst()
            .map(request::equals)
            .orElseGet(() -> mayHaveForgotten(shard));
    return made
        ? unlessEnded(new Answer.Applied(shard.version(), true, shard, found.position()))
        : new Answer.Refused(Refusal.KEY_REUSED, found.position());
  }

  private boolean mayHaveForgotten(Shard shard) {
    return shard
        .facts()
        .map(facts -> facts.createdAt().plus(WriteRules.KEY_WINDOW))
        .filter(until -> !clock.instant().isBefore(until))
        .isPresent();
  }

  /** A session that has ended since is nobody's answer: it cannot be used, nor made once more. */
  private static Answer unlessEnded(Answer.Applied made) {
    return Lives.lives(made.shard()) ? made : new Answer.Refused(Refusal.ENDED, made.position());
  }

  /** Early in an hour, takes the id of the hour before out of use. */
  private CompletableFuture<Optional<Made>> retire(
      SessionId before, Creation creation, Instant now, Deadline deadline) {
    long intoWindow = Math.floorMod(now.toEpochMilli(), SessionIds.WINDOW.toMillis());
    if (intoWindow >= LONGEST_REQUEST.toMillis()) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    SessionFacts never =
        new SessionFacts(
            SessionFacts.State.ENDED,
            Lives.NEVER_MADE,
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    Change.Create retirement =
        new Change.Create(
            creation.application(), creation.user(), Content.EMPTY, Optional.of(never));
    RequestKey key = RequestKeys.of("retirement", before.toString(), List.of());
    return submit(before, key, retirement, deadline)
        .thenCompose(answer ->
            answer instanceof Answer.Applied
                ? CompletableFuture.completedFuture(Optional.empty())
                : answer instanceof Answer.Refused(Refusal why, Position _)
                        && why == Refusal.ALREADY_THERE
                    ? find(before, creation, deadline)
                    : CompletableFuture.completedFuture(
                        Optional.of(new Made(before, nothingMade(answer)))));
  }

  private CompletableFuture<Made> make(SessionId id, Creation creation, Deadline deadline) {
    return find(id, creation, Optional.of(Refusal.UNAVAILABLE), deadline)
        .thenCompose(found ->
            found.isPresent()
                ? CompletableFuture.completedFuture(found.get())
                : makeUnlessHopeless(id, creation, deadline));
  }

  private CompletableFuture<Made> makeUnlessHopeless(
      SessionId id, Creation creation, Deadline deadline) {
    if (isTooLarge(creation)) {
      return refused(id, Refusal.TOO_LARGE);
    }
    if (nearlyFull.getAsBoolean()) {
      return refused(id, Refusal.NEARLY_FULL);
    }
    return isFull(id, creation, deadline)
        .thenCompose(full ->
            full ? refused(id, Refusal.TOO_MANY_SESSIONS) : withContents(id, creation, deadline));
  }

  /** Of contents of which one cannot be written, none may be: nobody would ever end the others. */
  private boolean isTooLarge(Creation creation) {
    return creation.contents().entrySet().stream()
        .anyMatch(one -> one.getValue().bytes() > areas.require(one.getKey()).maxBytes());
  }

  private CompletableFuture<Boolean> isFull(SessionId id, Creation creation, Deadline deadline) {
    return limit.refuses() && creation.user().isPresent()
        ? surplus.isFull(id, creation, creation.user().get(), deadline)
        : CompletableFuture.completedFuture(false);
  }

  private CompletableFuture<Made> withContents(SessionId id, Creation creation, Deadline deadline) {
    return contents(id, creation, deadline)
        .thenCompose(refusal ->
            refusal.isPresent()
                ? refused(id, refusal.get())
                : last(id, creation, MOST_ATTEMPTS, deadline))
        .whenComplete((made, _) -> clearIfRefused(made, creation, deadline));
  }

  /** Ends what was written under an id that nobody will ever be told. */
  private void clearIfRefused(Made made, Creation creation, Deadline deadline) {
    if (creation.idempotencyKey().isPresent() || !(made.answer() instanceof Answer.Refused)) {
      return;
    }
    Deadline soon = Deadline.in(CLEARING, deadline.ticker());
    for (Area area : creation.contents().keySet()) {
      if (!area.equals(Area.SESSION)) {
        var _ =
            peers.end(
                made.id(), area, creation.application(), creation.user(), "end-" + made.id(), soon);
      }
    }
  }

  /** Writes the contents of the other areas; the first refusal if there was any. */
  private CompletableFuture<Optional<Refusal>> contents(
      SessionId id, Creation creation, Deadline deadline) {
    List<CompletableFuture<Peers.Written>> under = new ArrayList<>();
    creation
        .contents()
        .forEach((area, content) -> {
          if (!area.equals(Area.SESSION)) {
            under.add(content(id, area, content, creation, deadline));
          }
        });
    return CompletableFuture.allOf(under.toArray(CompletableFuture[]::new))
        .thenApply(_ ->
            under.stream()
                .map(CompletableFuture::join)
                .flatMap(written -> refusalOf(written).stream())
                .findFirst());
  }

  private CompletableFuture<Peers.Written> content(
      SessionId id, Area area, Content content, Creation creation, Deadline deadline) {
    RequestKey request = creation.request();
    HexFormat hex = HexFormat.of();
    String key =
        "create-" + hex.toHexDigits(request.high()) + hex.toHexDigits(request.low()) + "-" + area;
    return peers.create(id, area, creation.application(), creation.user(), content, key, deadline);
  }

  private static Optional<Refusal> refusalOf(Peers.Written written) {
    return switch (written) {
      case DONE -> Optional.empty();
      case KEY_REUSED -> Optional.of(Refusal.KEY_REUSED);
      case TOO_LARGE -> Optional.of(Refusal.TOO_LARGE);
      case CONFLICT -> Optional.of(Refusal.CONFLICT);
      case UNKNOWN -> Optional.of(Refusal.UNAVAILABLE);
    };
  }

  private CompletableFuture<Made> refused(SessionId id, Refusal why) {
    Position nowhere = new Position(slot(id), Epoch.NONE, 0);
    return CompletableFuture.completedFuture(new Made(id, new Answer.Refused(why, nowhere)));
  }

  private CompletableFuture<Made> last(
      SessionId id, Creation creation, int attempts, Deadline deadline) {
    return sessionItself(id, creation, deadline)
        .thenCompose(made ->
            hasToMakeRoom(made) && attempts > 1
                ? surplus
                    .end(id, creation, creation.user().orElseThrow(), deadline)
                    .thenCompose(_ -> last(id, creation, attempts - 1, deadline))
                : CompletableFuture.completedFuture(hasToMakeRoom(made) ? late(made) : made));
  }

  private boolean hasToMakeRoom(Made made) {
    return !limit.refuses()
        && made.answer() instanceof Answer.Refused(Refusal why, Position _)
        && why == Refusal.TOO_MANY_SESSIONS;
  }

  /** Others took the room that was made each time: nothing has happened, and it may be tried on. */
  private static Made late(Made made) {
    return made.answer() instanceof Answer.Refused(Refusal _, Position position)
        ? new Made(made.id(), new Answer.Refused(Refusal.UNAVAILABLE, position))
        : made;
  }

  private CompletableFuture<Made> sessionItself(
      SessionId id, Creation creation, Deadline deadline) {
    SessionFacts facts =
        new SessionFacts(
            SessionFacts.State.LIVE,
            clock.instant(),
            creation.idleTimeout(),
            creation.absoluteTimeout(),
            creation.grantId());
    Change.Create create =
        new Change.Create(
            creation.application(),
            creation.user(),
            creation.contentOf(Area.SESSION),
            Optional.of(facts));
    return submit(id, creation.request(), create, deadline)
        .thenCompose(answer ->
            answer instanceof Answer.Refused(Refusal why, Position position)
                    && why == Refusal.ALREADY_THERE
                ? find(id, creation, deadline)
                    .thenApply(found ->
                        found.orElseGet(
                            () -> new Made(id, new Answer.Refused(Refusal.UNAVAILABLE, position))))
                : CompletableFuture.completedFuture(
                    new Made(
                        id,
                        answer instanceof Answer.Applied applied ? unlessEnded(applied) : answer)));
  }

  /** Of a retirement, whatever came of it: no session was made. */
  private static Answer nothingMade(Answer answer) {
    return switch (answer) {
      case Answer.Unknown(Position position) -> new Answer.Refused(Refusal.UNAVAILABLE, position);
      case Answer.Found _,
          Answer.Stale _,
          Answer.Absent _,
          Answer.Applied _,
          Answer.Refused _,
          Answer.Sessions _ ->
          answer;
    };
  }

  private CompletableFuture<Answer> submit(
      SessionId id, RequestKey key, Change change, Deadline deadline) {
    return store.submit(
        new Request.Write(slot(id), key(id), key, change, Optional.empty()), deadline.left());
  }

  private static ShardKey key(SessionId id) {
    return new ShardKey(id, Area.SESSION);
  }

  private SlotId slot(SessionId id) {
    return areas.slotOf(Area.SESSION, id);
  }
}
