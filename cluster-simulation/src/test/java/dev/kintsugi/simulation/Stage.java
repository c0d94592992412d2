package dev.kintsugi.simulation;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.PlacementKey;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.node.domain.Admission;
import dev.kintsugi.node.domain.Answer;
import dev.kintsugi.node.domain.Change;
import dev.kintsugi.node.domain.Content;
import dev.kintsugi.node.domain.Leniency;
import dev.kintsugi.node.domain.Refusal;
import dev.kintsugi.node.domain.Request;
import dev.kintsugi.node.domain.RequestKey;
import dev.kintsugi.node.domain.ShardKey;
import dev.kintsugi.node.runtime.life.Access;
import dev.kintsugi.node.runtime.life.Creation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A cluster in which nothing breaks but what a scenario breaks, and callers that ask what it has
 * them ask. What is checked after every step of a seed is checked here as well, and so is all that
 * these callers are told. Not thread-safe.
 */
final class Stage {

  static final UserId USER = new UserId("user-0");
  static final Duration PATIENCE = Duration.ofSeconds(1);
  static final Duration READ_PATIENCE = Duration.ofMillis(1_400);

  private static final PlacementKey PLACEMENT = new PlacementKey(0);
  private static final Admission GUARD =
      (application, whose) ->
          application.equals(Client.APPLICATION) && whose.equals(Optional.of(USER));
  private static final Duration OPENING = Duration.ofSeconds(10);
  private static final int MOST_ATTEMPTS = 20;
  private static final int NODES = 3;
  private static final int USERS = 3;
  private static final long SLICE_NANOS = 200_000;
  private static final long MOST_STEPS = 2_000_000;

  final Scheduler scheduler;
  final Chaos chaos;
  final Cluster cluster;
  final History history;
  final Saboteur saboteur;
  private long keys;

  /** A cluster that has just begun to serve all its slots, with all their copies. */
  Stage(long seed) {
    scheduler = new Scheduler(seed, MOST_STEPS);
    chaos = new Chaos(scheduler);
    chaos.calm();
    cluster = new Cluster(scheduler, chaos, new Trace(scheduler, false), NODES);
    history = new History(cluster);
    saboteur = new Saboteur(cluster);
    until(
        "the cluster serves",
        OPENING,
        () -> cluster.slotLogs.keySet().stream().allMatch(this::isWell));
  }

  private boolean isWell(SlotId slot) {
    long serving = cluster.nodes.stream().filter(node -> serves(node, slot)).count();
    return serving == 1 && copies(slot) >= 2;
  }

  boolean serves(SimNode node, SlotId slot) {
    return node.runs() && node.machine().serves(slot);
  }

  /** Nodes that run and have a copy of the slot that lacks nothing. */
  long copies(SlotId slot) {
    return cluster.nodes.stream()
        .filter(node -> node.runs() && node.machine().hasCaughtUp(slot))
        .count();
  }

  void run(Duration time) {
    scheduler.runUntil(scheduler.nowNanos() + time.toNanos(), () -> Invariants.afterStep(cluster));
  }

  /** Runs until something holds; returns how long that took, and fails if it takes longer. */
  Duration until(String what, Duration most, BooleanSupplier holds) {
    long began = scheduler.nowNanos();
    while (!holds.getAsBoolean()) {
      if (scheduler.nowNanos() - began >= most.toNanos()) {
        throw new AssertionError("not within " + most.toMillis() + " ms: " + what);
      }
      run(Duration.ofNanos(SLICE_NANOS));
    }
    return Duration.ofNanos(scheduler.nowNanos() - began);
  }

  /** Callers who do what the callers of a seed do. */
  void crowd(int callers) {
    for (int i = 0; i < callers; i++) {
      new Client(cluster, history, i, USERS).start();
    }
  }

  /** Nobody judges nodes or moves slots any more but the scenario. */
  void withoutCoordinators() {
    cluster.coordinators.forEach(SimCoordinator::crash);
  }

  /** Nodes watch each other from now on, and say in their heartbeats what they see. */
  void watchEachOther() {
    cluster.watching = true;
    cluster.nodes.forEach(SimNode::watch);
    run(Duration.ofSeconds(1));
  }

  /** Whether the coordinator that leads has given a node up. */
  boolean isGivenUp(SimNode node) {
    return leader().rules().stateOf(node.id).equals(Optional.of(MapNode.State.DEAD));
  }

  /** Runs for a time in which something always holds. */
  void always(String what, Duration time, BooleanSupplier holds) {
    long endNanos = scheduler.nowNanos() + time.toNanos();
    while (scheduler.nowNanos() < endNanos) {
      run(Duration.ofNanos(SLICE_NANOS));
      if (!holds.getAsBoolean()) {
        throw new AssertionError("not any more: " + what);
      }
    }
  }

  /** The coordinator that leads. */
  SimCoordinator leader() {
    return cluster.coordinators.stream()
        .filter(SimCoordinator::isLeading)
        .max(Comparator.comparing(one -> one.rules().leader().orElseThrow().epoch()))
        .orElseThrow(() -> new AssertionError("nobody leads"));
  }

  /** The newest map that a node goes by. */
  ShardMap map() {
    return cluster.nodes.stream()
        .filter(SimNode::isAlive)
        .map(SimNode::map)
        .reduce((a, b) -> b.version().newerThan(a.version()) ? b : a)
        .orElse(ShardMap.EMPTY);
  }

  SlotId slot(ShardKey key) {
    return cluster.areas.slotOf(key.area(), key.session());
  }

  /** The owner of a shard's slot by the newest map. */
  SimNode owner(ShardKey key) {
    return owner(slot(key)).orElseThrow(() -> new AssertionError("nobody owns " + slot(key)));
  }

  private Optional<SimNode> owner(SlotId slot) {
    return map().find(slot).flatMap(SlotAssignment::owner).map(cluster::node);
  }

  /** A node that keeps a copy of a shard's slot, but does not own it. */
  SimNode standby(ShardKey key) {
    NodeId id = map().find(slot(key)).orElseThrow().standbys().getFirst();
    return cluster.node(id);
  }

  /** The first node that is none of these. */
  SimNode anotherThan(SimNode... these) {
    return cluster.nodes.stream()
        .filter(node -> !List.of(these).contains(node))
        .findFirst()
        .orElseThrow();
  }

  /** Gives the slot of a shard to a node, and waits until that one serves it. */
  void moveTo(SimNode node, ShardKey key, boolean planned) {
    saboteur.assign(slot(key), node.id, planned);
    until(node.id + " serves " + slot(key), Duration.ofSeconds(3), () -> serves(node, slot(key)));
  }

  /** Has the owner of a session's mail own all its slots, and nobody take them from it. */
  SimNode soleOwner(SessionId session) {
    withoutCoordinators();
    SimNode owner = owner(new ShardKey(session, Cluster.MAIL));
    moveTo(owner, new ShardKey(session, Area.SESSION), true);
    moveTo(owner, new ShardKey(session, Cluster.SETTINGS), true);
    return owner;
  }

  /** Cuts a node off from coordinators and other nodes; logs and callers still reach it. */
  void cutOff(SimNode node, Duration time) {
    cluster.coordinators.forEach(
        one -> cluster.network.cut(node.id.value(), one.name, time.toNanos()));
    cluster.nodes.forEach(
        one -> cluster.network.cut(node.id.value(), one.id.value(), time.toNanos()));
  }

  RequestKey freshKey() {
    keys++;
    return new RequestKey(5, keys, keys * 31);
  }

  /** What somebody is told, once; perhaps never. */
  static final class Call {
    private final List<Answer> came = new ArrayList<>();

    boolean isAnswered() {
      return !came.isEmpty();
    }

    Answer answer() {
      if (came.isEmpty()) {
        throw new AssertionError("never answered");
      }
      return came.getFirst();
    }

    @Override
    public String toString() {
      return came.toString();
    }

    /** Whether the answer, if any, is no more than that it is not to be had here and now. */
    boolean isPutOff() {
      return came.isEmpty() || !isFinal(came.getFirst());
    }
  }

  /** A write that somebody wants done, in as many attempts as it takes. */
  static final class Wish {
    final ShardKey key;
    final RequestKey id;
    final Change change;
    private final History.Known before;
    private boolean acknowledged;

    private Wish(ShardKey key, RequestKey id, Change change, History.Known before) {
      this.key = key;
      this.id = id;
      this.change = change;
      this.before = before;
    }
  }

  /** A wish to set one attribute. */
  Wish wish(ShardKey key, String name, String value) {
    Change change = new Change.Merge(new TreeMap<>(Map.of(name, value)));
    RequestKey id = freshKey();
    cluster.truth.asked(id, change);
    return new Wish(key, id, change, history.begin(key));
  }

  /** Another wish by somebody who uses the key of this one. */
  Wish underTheSameKey(Wish other, Change change) {
    RequestKey id = new RequestKey(other.id.high(), other.id.low(), other.id.fingerprint() + 1);
    cluster.truth.asked(id, change);
    return new Wish(other.key, id, change, history.begin(other.key));
  }

  /** Asks one node for a wish, once. */
  Call ask(SimNode node, Wish wish) {
    Call call = new Call();
    node.on(() ->
        deliver(
            attempt(node, wish),
            answer -> {
              told(wish, answer);
              call.came.add(answer);
            }));
    return call;
  }

  /** Takes what comes in as a step of its own, so that nobody swallows what it violates. */
  private <A> void deliver(CompletableFuture<A> coming, Consumer<A> to) {
    var _ = coming.thenAccept(come -> scheduler.after(0, () -> to.accept(come)));
  }

  private CompletableFuture<Answer> attempt(SimNode node, Wish wish) {
    return node.services()
        .submit(
            new Request.Write(slot(wish.key), wish.key, wish.id, wish.change, Optional.empty()),
            PATIENCE);
  }

  private void told(Wish wish, Answer answer) {
    if (answer instanceof Answer.Applied applied) {
      if (wish.acknowledged) {
        history.repeated(wish.key, wish.id, applied);
      } else {
        history.applied(wish.key, wish.id, wish.before, applied);
      }
      wish.acknowledged = true;
    }
  }

  /** Asks whoever owns the slot until the wish is granted or refused. */
  Answer settle(Wish wish) {
    Answer answer = pursue(slot(wish.key), node -> attempt(node, wish), Stage::isFinal);
    told(wish, answer);
    return answer;
  }

  /** Sets one attribute and fails unless that is acknowledged. */
  Answer.Applied put(ShardKey key, String name, String value) {
    Answer answer = settle(wish(key, name, value));
    if (answer instanceof Answer.Applied applied) {
      return applied;
    }
    throw new AssertionError("not applied but " + answer);
  }

  /** Asks one node for a shard, once. */
  Call read(SimNode node, ShardKey key, Leniency leniency) {
    Call call = new Call();
    node.on(() -> {
      History.Known before = history.begin(key);
      deliver(
          look(node, key, leniency),
          access -> {
            Answer answer = granted(access);
            history.read(key, USER, before, answer);
            call.came.add(answer);
          });
    });
    return call;
  }

  private CompletableFuture<Access> look(SimNode node, ShardKey key, Leniency leniency) {
    return node.services()
        .access()
        .read(key.session(), key.area(), GUARD, leniency, node.services().deadline(READ_PATIENCE))
        .whenComplete((access, _) -> cluster.lifespans.used(key.session(), access));
  }

  private static Answer granted(Access access) {
    return switch (access) {
      case Access.Granted(Answer answer) -> answer;
      case Access.Forbidden _, Access.Revoked _, Access.Unverified _ ->
          throw new Violation("I14", "a user was refused its own session");
    };
  }

  /** What whoever owns the shard says of it. */
  Answer read(ShardKey key) {
    History.Known before = history.begin(key);
    Answer answer =
        granted(
            pursue(
                slot(key),
                node -> look(node, key, new Leniency.None()),
                access -> isFinal(granted(access))));
    history.read(key, USER, before, answer);
    return answer;
  }

  /** What stands in the shard; fails if there is none. */
  SortedMap<String, String> content(ShardKey key) {
    if (read(key) instanceof Answer.Found found) {
      return found.shard().content().attributes();
    }
    throw new AssertionError(key + " is not there");
  }

  /** Makes a session with something in each area. */
  SessionId session() {
    RequestKey id = freshKey();
    Content first = new Content(new TreeMap<>(Map.of("first", "1")));
    Creation creation =
        new Creation(
            Client.APPLICATION,
            Optional.of(USER),
            PLACEMENT,
            new TreeMap<>(Map.of(Cluster.MAIL, first, Cluster.SETTINGS, first)),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            "stage",
            Optional.of("stage-" + id.low()),
            id);
    var made =
        pursue(
            cluster.areas.session().slotOf(PLACEMENT),
            node -> node.services().creation().create(creation, node.services().deadline(PATIENCE)),
            came -> isFinal(came.answer()));
    if (!(made.answer() instanceof Answer.Applied applied)) {
      throw new AssertionError("no session was made but " + made.answer());
    }
    history.made(made.id(), USER, applied.version());
    return made.id();
  }

  /** Signs a session out and waits until it has ended everywhere. */
  void end(SessionId session) {
    RequestKey id = freshKey();
    cluster.lifespans.signsOut(session);
    Answer answer =
        granted(
            pursue(
                cluster.areas.slotOf(Area.SESSION, session),
                node ->
                    node.services()
                        .ending()
                        .end(session, GUARD, id, node.services().deadline(PATIENCE)),
                access -> isFinal(granted(access))));
    if (!(answer instanceof Answer.Applied) && !(answer instanceof Answer.Found)) {
      throw new AssertionError("not ended but " + answer);
    }
    history.ended(session);
  }

  /** Has one node begin to sign a session out, and waits for nothing. */
  void beginToEnd(SimNode node, SessionId session) {
    cluster.lifespans.signsOut(session);
    node.on(() -> {
      var _ =
          node.services()
              .ending()
              .end(session, GUARD, freshKey(), node.services().deadline(PATIENCE));
    });
  }

  /** The living sessions of the user. */
  List<SessionId> sessions() {
    Answer answer =
        pursue(
            cluster.areas.session().slotOf(PLACEMENT),
            node ->
                node.services()
                    .access()
                    .sessions(
                        PLACEMENT, Client.APPLICATION, USER, node.services().deadline(PATIENCE)),
            Stage::isFinal);
    return ((Answer.Sessions) answer).ids();
  }

  private static boolean isFinal(Answer answer) {
    return switch (answer) {
      case Answer.Refused(Refusal why, var _) ->
          why != Refusal.NOT_OWNER && why != Refusal.UNAVAILABLE;
      case Answer.Unknown _ -> false;
      case Answer.Found _, Answer.Stale _, Answer.Absent _, Answer.Applied _, Answer.Sessions _ ->
          true;
    };
  }

  private <A> A pursue(
      SlotId slot, Function<SimNode, CompletableFuture<A>> attempt, Predicate<A> isFinal) {
    for (int i = 0; i < MOST_ATTEMPTS; i++) {
      List<A> came = new ArrayList<>();
      Optional<SimNode> node = owner(slot);
      node.ifPresent(at -> at.on(() -> deliver(attempt.apply(at), came::add)));
      long untilNanos = scheduler.nowNanos() + READ_PATIENCE.toNanos();
      while (came.isEmpty() && node.isPresent() && scheduler.nowNanos() < untilNanos) {
        run(Duration.ofNanos(SLICE_NANOS));
      }
      if (!came.isEmpty() && isFinal.test(came.getFirst())) {
        return came.getFirst();
      }
      run(Duration.ofMillis(20));
    }
    throw new AssertionError("nobody answered for " + slot);
  }
}
