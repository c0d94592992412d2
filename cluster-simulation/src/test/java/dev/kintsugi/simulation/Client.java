package dev.kintsugi.simulation;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.Area;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.PlacementKey;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardVersion;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.node.domain.Admission;
import dev.kintsugi.node.domain.Answer;
import dev.kintsugi.node.domain.Change;
import dev.kintsugi.node.domain.Content;
import dev.kintsugi.node.domain.Leniency;
import dev.kintsugi.node.domain.Position;
import dev.kintsugi.node.domain.Refusal;
import dev.kintsugi.node.domain.Request;
import dev.kintsugi.node.domain.RequestKey;
import dev.kintsugi.node.domain.ShardKey;
import dev.kintsugi.node.runtime.life.Access;
import dev.kintsugi.node.runtime.life.Creation;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * One caller: one request at a time, repeated under the same key until it is answered for good or
 * patience ends. It goes by a map that may be old, and now and then asks whomever. Some requests
 * that were answered long ago it sends once more.
 */
final class Client {

  static final ApplicationId APPLICATION = new ApplicationId("app");
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  /** Long enough to be told what was known last where nothing can be proven. */
  private static final Duration READ_PATIENCE = Duration.ofMillis(1_400);

  private static final int MOST_ATTEMPTS = 12;

  /** Of a request that is not repeated. */
  private static final int ONCE = -2;

  private static final int LATEST_SESSIONS = 6;

  private final Cluster cluster;
  private final Scheduler scheduler;
  private final History history;
  private final String name;
  private final UserId user;
  private final PlacementKey placement;
  private final Map<ShardKey, Long> seen = new HashMap<>();
  private long keys;
  private boolean busy;

  Client(Cluster cluster, History history, int number, int users) {
    this.cluster = cluster;
    this.scheduler = cluster.scheduler;
    this.history = history;
    this.name = "client-" + number;
    this.user = new UserId("user-" + number % users);
    this.placement = new PlacementKey(number % users);
    this.keys = number * 1_000_000L;
  }

  void start() {
    scheduler.after(scheduler.between(0, 100), this::next);
  }

  boolean isBusy() {
    return busy;
  }

  private void idle() {
    busy = false;
    // In the calm it is enough to see that answers come.
    scheduler.after(
        cluster.lifespans.isCalm() ? scheduler.between(20, 160) : scheduler.between(1, 75),
        this::next);
  }

  private void next() {
    busy = true;
    List<SessionId> mine =
        history.sessions().entrySet().stream()
            .filter(entry -> entry.getValue().equals(user))
            .map(java.util.Map.Entry::getKey)
            .toList();
    long living = mine.stream().filter(history::lives).count();
    if (mine.isEmpty() || scheduler.onceIn(living < Cluster.SESSIONS_PER_USER ? 8 : 40)) {
      create();
      return;
    }
    int from = Math.max(0, mine.size() - LATEST_SESSIONS);
    SessionId session = mine.get(from + scheduler.random.nextInt(mine.size() - from));
    Area area =
        List.of(Area.SESSION, Cluster.MAIL, Cluster.SETTINGS).get(scheduler.random.nextInt(3));
    int what = scheduler.random.nextInt(20);
    if (what < 7) {
      read(new ShardKey(session, area));
    } else if (what < 18) {
      write(new ShardKey(session, area));
    } else if (what < 19) {
      list();
    } else {
      end(session);
    }
  }

  private RequestKey freshKey() {
    keys++;
    return new RequestKey(7, keys, keys * 31);
  }

  /** What an attempt came to. */
  private enum Came {
    /** Answered for good. */
    DONE,
    /** Refused for now: nothing has happened. */
    AGAIN,
    /** Nobody knows. */
    UNKNOWN
  }

  /** A request that may be repeated. */
  private interface Attempt<A> {
    CompletableFuture<A> at(SimNode node);
  }

  /**
   * How a request is repeated.
   *
   * @param whom asked at each attempt
   * @param patience with each attempt
   * @param done told the answer and whether an attempt was left in the dark; returns what it came
   *     to
   * @param end run when there is nothing more to be done
   */
  private record Course<A>(
      Supplier<SimNode> whom,
      Duration patience,
      Attempt<A> attempt,
      BiFunction<A, Boolean, Came> done,
      Runnable end) {}

  /** Repeats a request until it is answered for good. */
  private <A> void pursue(SlotId slot, Attempt<A> attempt, BiFunction<A, Boolean, Came> done) {
    pursue(slot, attempt, done, this::idle, 0);
  }

  private <A> void pursue(
      SlotId slot,
      Attempt<A> attempt,
      BiFunction<A, Boolean, Came> done,
      Runnable end,
      int attempts) {
    pursue(new Course<>(() -> target(slot), PATIENCE, attempt, done, end), attempts, false);
  }

  private <A> void pursue(Course<A> course, int attempts, boolean inTheDark) {
    if (attempts == ONCE + 1) {
      course.end().run();
      return;
    }
    if (attempts == MOST_ATTEMPTS) {
      history.failed(name + " has given up");
      course.end().run();
      return;
    }
    boolean[] over = {false};
    SimNode node = course.whom().get();
    Consumer<Boolean> again =
        dark -> {
          if (!over[0]) {
            over[0] = true;
            if (dark && !inTheDark) {
              history.failed(name + " got no answer from " + node.id);
            }
            scheduler.after(scheduler.between(5, 60), () -> pursue(course, attempts + 1, dark));
          }
        };
    cluster.network.sendOnce(
        name,
        node.id.value(),
        () ->
            node.on(() -> {
              var _ =
                  course
                      .attempt()
                      .at(node)
                      .thenAccept(answer ->
                          cluster.network.sendOnce(
                              node.id.value(),
                              name,
                              () -> {
                                if (over[0]) {
                                  return;
                                }
                                switch (course.done().apply(answer, inTheDark)) {
                                  case DONE -> {
                                    over[0] = true;
                                    course.end().run();
                                  }
                                  case AGAIN -> again.accept(inTheDark);
                                  case UNKNOWN -> again.accept(true);
                                }
                              }));
            }));
    scheduler.after(
        course.patience().toNanos() + scheduler.between(50, 300), () -> again.accept(true));
  }

  /** A node that stands by, by somebody's map. */
  private SimNode standby(SlotId slot) {
    SimNode any = cluster.anyNode();
    List<NodeId> standbys = any.map().find(slot).map(SlotAssignment::standbys).orElse(List.of());
    return standbys.isEmpty()
        ? any
        : cluster.node(standbys.get(scheduler.random.nextInt(standbys.size())));
  }

  private SimNode target(SlotId slot) {
    SimNode any = cluster.anyNode();
    if (scheduler.onceIn(4)) {
      return any;
    }
    Optional<NodeId> owner = any.map().find(slot).flatMap(SlotAssignment::owner);
    return owner.map(cluster::node).orElse(any);
  }

  private Admission guard() {
    return (application, whose) ->
        application.equals(APPLICATION) && whose.equals(Optional.of(user));
  }

  private static Came refusedFor(Refusal why) {
    return why == Refusal.NOT_OWNER || why == Refusal.UNAVAILABLE ? Came.AGAIN : Came.DONE;
  }

  private static Answer granted(Access access) {
    return switch (access) {
      case Access.Granted(Answer answer) -> answer;
      case Access.Forbidden _, Access.Revoked _, Access.Unverified _ ->
          throw new Violation("I14", "a user was refused its own session");
    };
  }

  private void read(ShardKey key) {
    SlotId slot = cluster.areas.slotOf(key.area(), key.session());
    History.Known before = history.begin(key);
    boolean shows = scheduler.onceIn(2);
    boolean[] mayAskStandby = {shows && scheduler.onceIn(2)};
    Leniency leniency = shows ? new Leniency.FromStandby(shown(key)) : new Leniency.FromOwner();
    pursue(
        new Course<>(
            () -> {
              boolean first = mayAskStandby[0];
              mayAskStandby[0] = false;
              return first ? standby(slot) : target(slot);
            },
            READ_PATIENCE,
            node ->
                node.services()
                    .access()
                    .read(
                        key.session(),
                        key.area(),
                        guard(),
                        leniency,
                        node.services().deadline(READ_PATIENCE))
                    .whenComplete((access, _) -> cluster.lifespans.used(key.session(), access)),
            (access, _) -> {
              Answer answer = granted(access);
              Came came = cameOf(answer);
              if (came == Came.DONE) {
                shownBy(answer).ifPresent(at -> saw(key, at));
                history.read(key, user, before, answer);
              }
              return came;
            },
            this::idle),
        0,
        false);
  }

  /** The largest offset that this caller has seen of a shard; now and then it has forgotten. */
  private long shown(ShardKey key) {
    return scheduler.onceIn(4) ? 0 : seen.getOrDefault(key, 0L);
  }

  private static Optional<Position> shownBy(Answer answer) {
    return answer instanceof Answer.Stale stale
        ? Optional.of(stale.position())
        : Witness.restsOn(answer);
  }

  private void saw(ShardKey key, Position at) {
    seen.merge(key, at.nextOffset(), Math::max);
  }

  private static Came cameOf(Answer answer) {
    return switch (answer) {
      case Answer.Refused(Refusal why, var _) -> refusedFor(why);
      case Answer.Unknown _ -> Came.UNKNOWN;
      case Answer.Found _, Answer.Stale _, Answer.Absent _, Answer.Applied _, Answer.Sessions _ ->
          Came.DONE;
    };
  }

  /** A write of a client's, under the key that all its attempts share. */
  private record Write(
      ShardKey key,
      SlotId slot,
      RequestKey id,
      Change change,
      Optional<ShardVersion> ifMatch,
      boolean direct) {}

  /**
   * What an attempt of a write came to.
   *
   * @param repeats whether the write had had its effect when the attempt arrived
   */
  private record Tried(Answer answer, boolean repeats) {}

  private void write(ShardKey key) {
    History.Known before = history.begin(key);
    RequestKey id = freshKey();
    Change change = change(id.low());
    Optional<ShardVersion> ifMatch =
        scheduler.onceIn(2) ? Optional.of(before.version()) : Optional.empty();
    SlotId slot = cluster.areas.slotOf(key.area(), key.session());
    boolean direct = before.version().exceeds(ShardVersion.NONE) && scheduler.onceIn(3);
    Write write = new Write(key, slot, id, change, ifMatch, direct);
    cluster.truth.asked(id, change);
    pursue(
        slot,
        node -> attempt(node, write),
        (tried, inTheDark) -> written(write, before, tried, inTheDark));
  }

  private CompletableFuture<Tried> attempt(SimNode node, Write write) {
    boolean repeats = cluster.truth.hasHadEffect(write.id());
    CompletableFuture<Access> access =
        write.direct()
            ? asPeersDo(node, write)
            : node.services()
                .access()
                .write(
                    write.key().session(),
                    write.key().area(),
                    guard(),
                    write.id(),
                    write.change(),
                    write.ifMatch(),
                    node.services().deadline(PATIENCE))
                .whenComplete((came, _) -> cluster.lifespans.used(write.key().session(), came));
    return access.thenApply(came -> new Tried(granted(came), repeats));
  }

  /** Without a look at the shard first: the refusal is the slot's own. */
  private static CompletableFuture<Access> asPeersDo(SimNode node, Write write) {
    return node.services()
        .submit(
            new Request.Write(
                write.slot(), write.key(), write.id(), write.change(), write.ifMatch()),
            PATIENCE)
        .thenApply(Access.Granted::new);
  }

  private Came written(Write write, History.Known before, Tried tried, boolean inTheDark) {
    Came came = cameOf(tried.answer());
    if (tried.answer() instanceof Answer.Refused(Refusal why, var _)
        && why == Refusal.TOO_MANY_SESSIONS) {
      throw new Violation("limit", "a write to a session was refused as if it made one");
    }
    if (came == Came.DONE) {
      switch (tried.answer()) {
        case Answer.Applied applied -> {
          saw(write.key(), applied.position());
          history.applied(write.key(), write.id(), before, applied);
          if (scheduler.onceIn(6)) {
            scheduler.after(scheduler.between(20, 3_000), () -> once(write));
          }
        }
        case Answer.Refused(Refusal why, var _) ->
            history.refused(
                write.key(), write.id(), before, write.ifMatch(), why, !inTheDark, tried.repeats());
        case Answer.Found _,
            Answer.Stale _,
            Answer.Absent _,
            Answer.Sessions _,
            Answer.Unknown _ -> {}
      }
    }
    return came;
  }

  /** A write that was acknowledged a while ago is asked for once more. */
  private void once(Write write) {
    pursue(
        write.slot(),
        node -> attempt(node, write),
        (tried, _) -> {
          Came came = cameOf(tried.answer());
          if (came == Came.DONE) {
            history.repeated(write.key(), write.id(), tried.answer());
          }
          return came;
        },
        () -> {},
        0);
  }

  /** Merges mostly; now and then everything is replaced, emptied, or much too large. */
  private Change change(long number) {
    TreeMap<String, String> patch = new TreeMap<>();
    int what = scheduler.random.nextInt(16);
    if (what == 0) {
      return new Change.Put(Content.EMPTY);
    }
    patch.put("a" + number % 5, what == 1 ? "x".repeat(3_000) : Long.toString(number));
    return what < 4 ? new Change.Put(new Content(patch)) : new Change.Merge(patch);
  }

  private Optional<Duration> timeout(double least, double most) {
    return scheduler.onceIn(3)
        ? Optional.of(Duration.ofNanos(scheduler.between(least, most)))
        : Optional.empty();
  }

  private void create() {
    RequestKey id = freshKey();
    TreeMap<Area, Content> contents = new TreeMap<>();
    if (scheduler.random.nextBoolean()) {
      contents.put(Cluster.MAIL, new Content(new TreeMap<>(java.util.Map.of("inbox", "1"))));
    }
    Creation creation =
        new Creation(
            APPLICATION,
            Optional.of(user),
            placement,
            contents,
            timeout(800, 2_500),
            timeout(1_500, 6_000),
            Optional.empty(),
            name,
            Optional.of(name + "-" + id.low()),
            id);
    SessionId[] told = new SessionId[1];
    long beganNanos = scheduler.nowNanos();
    pursue(
        cluster.areas.session().slotOf(placement),
        node -> node.services().creation().create(creation, node.services().deadline(PATIENCE)),
        (made, _) -> {
          Came came = cameOf(made.answer());
          if (made.answer() instanceof Answer.Applied applied) {
            if (told[0] != null && !told[0].equals(made.id())) {
              throw new Violation("I11", "one key made two sessions");
            }
            told[0] = made.id();
            history.made(made.id(), user, applied.version());
          } else if (made.answer() instanceof Answer.Refused(Refusal why, var _)
              && why == Refusal.TOO_MANY_SESSIONS) {
            cluster.userCounts.refused(user, beganNanos);
          }
          return came;
        });
  }

  /** Every other one asks once and goes away: what it has begun must be finished without it. */
  private void end(SessionId session) {
    cluster.lifespans.signsOut(session);
    RequestKey id = freshKey();
    ShardKey key = new ShardKey(session, Area.SESSION);
    History.Known before = history.begin(key);
    pursue(
        cluster.areas.slotOf(Area.SESSION, session),
        node ->
            node.services().ending().end(session, guard(), id, node.services().deadline(PATIENCE)),
        (access, _) -> {
          Answer answer = granted(access);
          Came came = cameOf(answer);
          if (came == Came.DONE) {
            switch (answer) {
              case Answer.Applied _, Answer.Found _ -> history.ended(session);
              case Answer.Refused(Refusal why, var _) -> history.notEnded(key, before, why);
              case Answer.Stale _, Answer.Absent _, Answer.Sessions _, Answer.Unknown _ -> {}
            }
          }
          return came;
        },
        this::idle,
        scheduler.random.nextBoolean() ? ONCE : 0);
  }

  private void list() {
    SlotId slot = cluster.areas.session().slotOf(placement);
    Function<Boolean, Set<SessionId>> mine =
        ended ->
            history.sessions().entrySet().stream()
                .filter(entry -> entry.getValue().equals(user))
                .map(java.util.Map.Entry::getKey)
                .filter(session -> history.toldEnded(session) == ended)
                .collect(Collectors.toCollection(HashSet::new));
    Set<SessionId> living = mine.apply(false);
    Set<SessionId> ended = mine.apply(true);
    pursue(
        slot,
        node ->
            node.services()
                .access()
                .sessions(placement, APPLICATION, user, node.services().deadline(PATIENCE)),
        (answer, _) -> {
          if (answer instanceof Answer.Sessions sessions) {
            history.listed(user, living, ended, sessions);
          }
          return cameOf(answer);
        });
  }
}
