package dev.kintsugi.node.runtime.life;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.Area;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.PlacementKey;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardVersion;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.node.domain.Admission;
import dev.kintsugi.node.domain.Answer;
import dev.kintsugi.node.domain.Change;
import dev.kintsugi.node.domain.Content;
import dev.kintsugi.node.domain.Leniency;
import dev.kintsugi.node.domain.MergePatch;
import dev.kintsugi.node.domain.Position;
import dev.kintsugi.node.domain.Refusal;
import dev.kintsugi.node.domain.Request;
import dev.kintsugi.node.domain.RequestKey;
import dev.kintsugi.node.domain.Shard;
import dev.kintsugi.node.domain.ShardKey;
import dev.kintsugi.node.runtime.ShardStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Reads and writes the shards of living sessions for those who may. Thread-safe; the futures never
 * fail.
 *
 * <p>Where an area has no shard yet, the session's owner is asked whether the session lives; the
 * area's own log decides after that, so that an end that came in between still wins.
 */
public final class AreaAccess {

  private final ShardStore store;
  private final Peers peers;
  private final Areas areas;
  private final MergePatch merge;
  private final Activity activity;
  private final Gate gate;

  /**
   * Access to a store.
   *
   * @param activity told of every read and write that was granted; looking at a session's facts and
   *     waiting for a change are none
   * @param gate which sessions may be used
   */
  public AreaAccess(
      ShardStore store, Peers peers, Areas areas, MergePatch merge, Activity activity, Gate gate) {
    this.store = store;
    this.peers = peers;
    this.areas = areas;
    this.merge = merge;
    this.activity = activity;
    this.gate = gate;
  }

  /** Access to the sessions of a store, whatever becomes of their grants. */
  public AreaAccess(
      ShardStore store, Peers peers, Areas areas, MergePatch merge, Activity activity) {
    this(store, peers, areas, merge, activity, Gate.OPEN);
  }

  /** The shard as it is. */
  public CompletableFuture<Access> read(
      SessionId session, Area area, Admission guard, Deadline deadline) {
    return read(session, area, guard, new Leniency.None(), deadline);
  }

  /** The shard as it is, or what the caller puts up with instead. */
  public CompletableFuture<Access> read(
      SessionId session, Area area, Admission guard, Leniency leniency, Deadline deadline) {
    return look(session, area, guard, leniency, deadline)
        .whenComplete((access, _) -> note(session, access));
  }

  /** Whoever was let in to a living session has used it. */
  private void note(SessionId session, Access access) {
    if (access instanceof Access.Granted(Answer answer)) {
      switch (answer) {
        case Answer.Found(Shard shard, Position _) when Lives.lives(shard) ->
            activity.note(session);
        case Answer.Applied _, Answer.Absent _, Answer.Stale _ -> activity.note(session);
        case Answer.Found _, Answer.Refused _, Answer.Unknown _, Answer.Sessions _ -> {}
      }
    }
  }

  /**
   * The shard as it is, or what the caller puts up with instead, which does not count as activity.
   *
   * <p>Whose a session is never changes: a stranger is turned away by an old copy as well.
   */
  public CompletableFuture<Access> look(
      SessionId session, Area area, Admission guard, Leniency leniency, Deadline deadline) {
    return area.equals(Area.SESSION)
        ? lookUp(session, area, guard, leniency, deadline)
            .thenCompose(access -> unlessRevoked(session, access, deadline))
        : gate.toArea(session, Gate.Use.READ, deadline)
            .thenCompose(clearance ->
                switch (clearance) {
                  case Gate.Clearance.Clear _, Gate.Clearance.Unverified _ ->
                      lookUp(session, area, guard, leniency, deadline);
                  case Gate.Clearance.Revoked(String reason) -> done(new Access.Revoked(reason));
                  case Gate.Clearance.Silent _ -> unavailable(session, area);
                });
  }

  /** The session's own facts are told by its owner, who knows its grant. */
  private CompletableFuture<Access> unlessRevoked(
      SessionId session, Access access, Deadline deadline) {
    Optional<Shard> shard =
        access instanceof Access.Granted(Answer answer)
            ? switch (answer) {
              case Answer.Found found -> Optional.of(found.shard());
              case Answer.Stale stale -> Optional.of(stale.shard());
              case Answer.Absent _,
                  Answer.Applied _,
                  Answer.Refused _,
                  Answer.Unknown _,
                  Answer.Sessions _ ->
                  Optional.empty();
            }
            : Optional.empty();
    return shard.isEmpty()
        ? done(access)
        : gate.toSession(session, shard.get(), deadline)
            .thenApply(clearance ->
                clearance instanceof Gate.Clearance.Revoked(String reason)
                    ? new Access.Revoked(reason)
                    : access);
  }

  private CompletableFuture<Access> unavailable(SessionId session, Area area) {
    Position nowhere = new Position(slot(session, area), Epoch.NONE, 0);
    return done(new Access.Granted(new Answer.Refused(Refusal.UNAVAILABLE, nowhere)));
  }

  private CompletableFuture<Access> lookUp(
      SessionId session, Area area, Admission guard, Leniency leniency, Deadline deadline) {
    Request.Read read =
        new Request.Read(slot(session, area), new ShardKey(session, area), leniency);
    return store
        .submit(read, deadline.left())
        .thenCompose(answer ->
            switch (answer) {
              case Answer.Found found ->
                  done(
                      admitted(guard, found.shard())
                          ? new Access.Granted(found)
                          : new Access.Forbidden());
              case Answer.Stale stale ->
                  done(
                      admitted(guard, stale.shard())
                          ? new Access.Granted(stale)
                          : new Access.Forbidden());
              case Answer.Absent absent ->
                  whileAlive(
                      session,
                      area,
                      guard,
                      absent.position(),
                      Gate.Use.READ,
                      deadline,
                      _ -> CompletableFuture.completedFuture(absent));
              case Answer.Applied _, Answer.Refused _, Answer.Unknown _, Answer.Sessions _ ->
                  done(new Access.Granted(answer));
            });
  }

  /**
   * The shard as soon as its version differs from {@code seen}, or as it is after {@code wait}.
   *
   * @param gone whether the caller has gone; asked now and then on the thread of the store
   * @param deadline for the check of who asks, before the wait
   */
  public CompletableFuture<Access> watch(
      SessionId session,
      Area area,
      Admission guard,
      ShardVersion seen,
      Duration wait,
      BooleanSupplier gone,
      Deadline deadline) {
    Request.Watch watch =
        new Request.Watch(slot(session, area), new ShardKey(session, area), seen, gone);
    return look(session, area, guard, new Leniency.None(), deadline)
        .thenCompose(access ->
            mayChange(access, seen)
                ? store.submit(watch, wait).thenApply(Access.Granted::new)
                : CompletableFuture.completedFuture(access));
  }

  private static boolean mayChange(Access access, ShardVersion seen) {
    return access instanceof Access.Granted(Answer answer)
        && switch (answer) {
          case Answer.Found found ->
              found.shard().version().equals(seen) && Lives.lives(found.shard());
          case Answer.Absent _ -> seen.equals(ShardVersion.NONE);
          case Answer.Stale _,
              Answer.Applied _,
              Answer.Refused _,
              Answer.Unknown _,
              Answer.Sessions _ ->
              false;
        };
  }

  /**
   * Changes a shard; makes it where the session lives and nothing was written yet.
   *
   * @param change {@link Change.Put} or {@link Change.Merge}
   */
  public CompletableFuture<Access> write(
      SessionId session,
      Area area,
      Admission guard,
      RequestKey key,
      Change change,
      Optional<ShardVersion> ifMatch,
      Deadline deadline) {
    return gate.toArea(session, Gate.Use.WRITE, deadline)
        .thenCompose(clearance ->
            switch (clearance) {
              case Gate.Clearance.Clear _ ->
                  writeUp(session, area, guard, key, change, ifMatch, deadline);
              case Gate.Clearance.Unverified _ -> done(new Access.Unverified());
              case Gate.Clearance.Revoked(String reason) -> done(new Access.Revoked(reason));
              case Gate.Clearance.Silent _ -> unavailable(session, area);
            });
  }

  private CompletableFuture<Access> writeUp(
      SessionId session,
      Area area,
      Admission guard,
      RequestKey key,
      Change change,
      Optional<ShardVersion> ifMatch,
      Deadline deadline) {
    Supplier<CompletableFuture<Answer>> asIs =
        () -> submit(session, area, guard, key, change, ifMatch, deadline);
    return asIs.get()
        .thenCompose(answer ->
            isRefusedFor(answer, Refusal.NO_SHARD)
                ? whileAlive(
                    session,
                    area,
                    guard,
                    answer.position(),
                    Gate.Use.WRITE,
                    deadline,
                    alive ->
                        submit(session, area, guard, key, first(alive, change), ifMatch, deadline)
                            .thenCompose(made ->
                                isRefusedFor(made, Refusal.ALREADY_THERE)
                                    ? asIs.get()
                                    : CompletableFuture.completedFuture(made)))
                : done(new Access.Granted(answer)))
        .thenApply(AreaAccess::unlessForbidden)
        .whenComplete((access, _) -> note(session, access));
  }

  private static Access unlessForbidden(Access access) {
    return access instanceof Access.Granted(Answer answer)
            && isRefusedFor(answer, Refusal.FORBIDDEN)
        ? new Access.Forbidden()
        : access;
  }

  private interface Then {
    CompletableFuture<Answer> with(Peers.Standing.Alive alive);
  }

  private CompletableFuture<Access> whileAlive(
      SessionId session,
      Area area,
      Admission guard,
      Position position,
      Gate.Use use,
      Deadline deadline,
      Then then) {
    if (area.equals(Area.SESSION)) {
      return done(new Access.Granted(new Answer.Refused(Refusal.NO_SHARD, position)));
    }
    return peers
        .standing(session, deadline)
        .thenCompose(standing ->
            switch (standing) {
              case Peers.Standing.Alive alive
                  when !guard.admits(alive.application(), alive.user()) ->
                  done(new Access.Forbidden());
              case Peers.Standing.Alive alive when use == Gate.Use.WRITE && !alive.verified() ->
                  done(new Access.Unverified());
              case Peers.Standing.Alive alive -> then.with(alive).thenApply(Access.Granted::new);
              case Peers.Standing.Revoked(String reason) -> done(new Access.Revoked(reason));
              case Peers.Standing.Gone _ ->
                  done(new Access.Granted(new Answer.Refused(Refusal.NO_SHARD, position)));
              case Peers.Standing.Silent _ ->
                  done(new Access.Granted(new Answer.Refused(Refusal.UNAVAILABLE, position)));
            });
  }

  private CompletableFuture<Answer> submit(
      SessionId session,
      Area area,
      Admission guard,
      RequestKey key,
      Change change,
      Optional<ShardVersion> ifMatch,
      Deadline deadline) {
    return store.submit(
        new Request.Write(
            slot(session, area), new ShardKey(session, area), key, change, ifMatch, guard),
        deadline.left());
  }

  /** The same change as the first content of the area. */
  private Change first(Peers.Standing.Alive alive, Change change) {
    Content content =
        switch (change) {
          case Change.Put put -> put.content();
          case Change.Merge merging -> merged(merging);
          case Change.Create _, Change.End _, Change.Advance _, Change.Touch _ ->
              throw new IllegalArgumentException("only a put or a merge can be written: " + change);
        };
    return new Change.Create(alive.application(), alive.user(), content, Optional.empty());
  }

  private Content merged(Change.Merge merging) {
    TreeMap<String, String> attributes = new TreeMap<>();
    merging
        .patches()
        .forEach((name, patch) ->
            merge.apply(Optional.empty(), patch).ifPresent(value -> attributes.put(name, value)));
    return new Content(attributes);
  }

  private static boolean isRefusedFor(Answer answer, Refusal reason) {
    return answer instanceof Answer.Refused(Refusal why, Position _) && why == reason;
  }

  private static boolean admitted(Admission guard, Shard shard) {
    return guard.admits(shard.application(), shard.user());
  }

  private static CompletableFuture<Access> done(Access access) {
    return CompletableFuture.completedFuture(access);
  }

  private SlotId slot(SessionId session, Area area) {
    return areas.slotOf(area, session);
  }

  /** The living sessions of a user, without those whose grants were revoked. */
  public CompletableFuture<Answer> sessions(
      PlacementKey placement, ApplicationId application, UserId user, Deadline deadline) {
    return sessions(placement, application, user, false, deadline)
        .thenCompose(answer ->
            answer instanceof Answer.Sessions all
                ? withoutRevoked(all, deadline)
                : CompletableFuture.completedFuture(answer));
  }

  /** All are judged at the same time: whoever waits for the token service waits once. */
  private CompletableFuture<Answer> withoutRevoked(Answer.Sessions all, Deadline deadline) {
    Set<SessionId> revoked = ConcurrentHashMap.newKeySet();
    List<CompletableFuture<Gate.Clearance>> judged = new ArrayList<>(all.sessions().size());
    all.sessions()
        .forEach((session, shard) ->
            judged.add(
                gate.toSession(session, shard, deadline)
                    .whenComplete((clearance, _) -> {
                      if (clearance instanceof Gate.Clearance.Revoked) {
                        revoked.add(session);
                      }
                    })));
    return CompletableFuture.allOf(judged.toArray(CompletableFuture[]::new))
        .thenApply(_ -> {
          TreeMap<SessionId, Shard> left = new TreeMap<>(all.sessions());
          left.keySet().removeAll(revoked);
          return new Answer.Sessions(left, all.unreadable(), all.position());
        });
  }

  /** The sessions that whoever ends all of a user's has to end, also those that are half-ended. */
  public CompletableFuture<Answer> sessionsToEnd(
      PlacementKey placement, ApplicationId application, UserId user, Deadline deadline) {
    return sessions(placement, application, user, true, deadline);
  }

  private CompletableFuture<Answer> sessions(
      PlacementKey placement,
      ApplicationId application,
      UserId user,
      boolean toEnd,
      Deadline deadline) {
    SlotId slot = areas.session().slotOf(placement);
    return store.submit(
        new Request.ListSessions(slot, placement, application, user, toEnd), deadline.left());
  }
}
