package dev.kintsugi.simulation;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.Area;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.node.domain.Answer;
import dev.kintsugi.node.domain.Change;
import dev.kintsugi.node.domain.Content;
import dev.kintsugi.node.domain.Position;
import dev.kintsugi.node.domain.Refusal;
import dev.kintsugi.node.domain.Request;
import dev.kintsugi.node.domain.Shard;
import dev.kintsugi.node.domain.ShardKey;
import dev.kintsugi.node.runtime.ShardStore;
import dev.kintsugi.node.runtime.life.Activity;
import dev.kintsugi.node.runtime.life.AreaAccess;
import dev.kintsugi.node.runtime.life.Deadline;
import dev.kintsugi.node.runtime.life.Lives;
import dev.kintsugi.node.runtime.life.Peers;
import dev.kintsugi.node.runtime.life.RequestKeys;
import dev.kintsugi.node.runtime.life.SessionCreation;
import dev.kintsugi.node.runtime.life.SessionEnding;
import dev.kintsugi.node.runtime.life.SessionExpiry;
import dev.kintsugi.node.runtime.life.SessionIds;
import dev.kintsugi.node.runtime.life.Touching;
import java.io.Serial;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** What a node does with its machine: sessions made, used and ended across slots and nodes. */
final class SimLife implements ShardStore, Peers {

  private static final Duration ATTEMPT = Duration.ofMillis(400);
  private static final Duration PAUSE = Duration.ofMillis(20);
  private static final byte[] SECRET = "0123456789abcdef".getBytes(StandardCharsets.UTF_8);

  private final Cluster cluster;
  private final SimNode node;
  private final AreaAccess access;
  private final SessionCreation creation;
  private final SessionEnding ending;
  private final Activity activity;
  private final Touching touching;
  private final SessionExpiry expiry;

  SimLife(Cluster cluster, SimNode node) {
    this.cluster = cluster;
    this.node = node;
    this.activity = new Activity(this, cluster.areas, node::nanos);
    this.access =
        new AreaAccess(this, this, cluster.areas, (_, patch) -> Optional.of(patch), activity);
    SessionIds ids = new SessionIds(SECRET, new Seeded(cluster.scheduler));
    this.ending = new SessionEnding(this, this, cluster.areas, new SimTimer(node), node::nanos);
    this.creation =
        new SessionCreation(
            this, this, cluster.areas, ids, ending, cluster.sessionLimit, new NodeClock(node));
    this.touching = new Touching(this, cluster.areas, new NodeClock(node));
    this.expiry =
        new SessionExpiry(
            this, this, cluster.areas, ending, touching, new NodeClock(node), node::nanos);
  }

  AreaAccess access() {
    return access;
  }

  SessionCreation creation() {
    return creation;
  }

  SessionEnding ending() {
    return ending;
  }

  Activity activity() {
    return activity;
  }

  void due(SlotId slot, List<SessionId> sessions) {
    expiry.onDue(slot, sessions);
  }

  @Override
  public CompletableFuture<Optional<Heard>> heard(SessionId session, Area area, Deadline deadline) {
    Request.Read read =
        new Request.Read(cluster.areas.slotOf(area, session), new ShardKey(session, area));
    CompletableFuture<Optional<Heard>> heard = new CompletableFuture<>();
    ask(
        read.slot(),
        deadline,
        heard,
        Optional.empty(),
        (at, answer) ->
            at.submit(
                read,
                ATTEMPT,
                came ->
                    answer.accept(
                        came instanceof Answer.Found || came instanceof Answer.Absent
                            ? Optional.of(Optional.of(at.services().activity.heard(session, area)))
                            : Optional.empty())));
    return heard;
  }

  @Override
  public CompletableFuture<Map<SessionId, Touching.Noted>> report(
      Map<SessionId, Duration> ago, Deadline deadline) {
    SlotId slot = cluster.areas.slotOf(Area.SESSION, ago.keySet().iterator().next());
    CompletableFuture<Map<SessionId, Touching.Noted>> noted = new CompletableFuture<>();
    ask(
        slot,
        deadline,
        noted,
        Map.of(),
        (at, answer) -> {
          SimLife services = at.services();
          var _ =
              services
                  .touching
                  .report(ago, services.deadline(ATTEMPT))
                  .thenAccept(
                      came -> answer.accept(came.isEmpty() ? Optional.empty() : Optional.of(came)));
        });
    return noted;
  }

  /** Something to be done at a node; its result comes back, unless that node cannot tell. */
  private interface Remote<A> {
    void at(SimNode node, Consumer<Optional<A>> answer);
  }

  private <A> void ask(
      SlotId slot, Deadline deadline, CompletableFuture<A> done, A silence, Remote<A> remote) {
    if (done.isDone()) {
      return;
    }
    if (deadline.passed()) {
      done.complete(silence);
      return;
    }
    Optional<NodeId> owner = node.map().find(slot).flatMap(SlotAssignment::owner);
    owner
        .map(cluster::node)
        .ifPresent(at ->
            cluster.network.send(
                node.id.value(),
                at.id.value(),
                () ->
                    at.on(() ->
                        remote.at(
                            at,
                            answer ->
                                cluster.network.send(
                                    at.id.value(),
                                    node.id.value(),
                                    () -> node.on(() -> answer.ifPresent(done::complete)))))));
    node.after(ATTEMPT.plus(PAUSE).toNanos(), () -> ask(slot, deadline, done, silence, remote));
  }

  Deadline deadline(Duration patience) {
    return Deadline.in(patience, node::nanos);
  }

  void finish(SlotId slot, List<SessionId> sessions) {
    ending.onHalfEnded(slot, sessions);
  }

  @Override
  public CompletableFuture<Answer> submit(Request request, Duration patience) {
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    node.submit(request, patience, answer::complete);
    return answer;
  }

  @Override
  public MapVersion mapVersion() {
    return node.machine().mapVersion();
  }

  @Override
  public CompletableFuture<Written> create(
      SessionId session,
      Area area,
      ApplicationId application,
      Optional<UserId> user,
      Content content,
      String key,
      Deadline deadline) {
    Change change = new Change.Create(application, user, content, Optional.empty());
    return write(session, area, change, key, content.toString(), deadline);
  }

  @Override
  public CompletableFuture<Written> end(
      SessionId session,
      Area area,
      ApplicationId application,
      Optional<UserId> user,
      String key,
      Deadline deadline) {
    return write(session, area, new Change.End(application, user), key, "", deadline);
  }

  private CompletableFuture<Written> write(
      SessionId session, Area area, Change change, String key, String asked, Deadline deadline) {
    Request.Write write =
        new Request.Write(
            cluster.areas.slotOf(area, session),
            new ShardKey(session, area),
            RequestKeys.of("peer", key, List.of(RequestKeys.utf8(area + asked))),
            change,
            Optional.empty());
    return ask(write, deadline).thenApply(SimLife::written);
  }

  private static Written written(Answer answer) {
    return switch (answer) {
      case Answer.Applied _ -> Written.DONE;
      case Answer.Refused(Refusal why, Position _) ->
          switch (why) {
            case ENDED -> Written.DONE;
            case KEY_REUSED -> Written.KEY_REUSED;
            case TOO_LARGE -> Written.TOO_LARGE;
            case ALREADY_THERE, CONFLICT, NO_SHARD, VERSION_MISMATCH -> Written.CONFLICT;
            case FORBIDDEN,
                TOO_MANY_REQUESTS,
                TOO_MANY_SESSIONS,
                NEARLY_FULL,
                QUARANTINED,
                NOT_OWNER,
                UNAVAILABLE ->
                Written.UNKNOWN;
          };
      case Answer.Unknown _, Answer.Found _, Answer.Stale _, Answer.Absent _, Answer.Sessions _ ->
          Written.UNKNOWN;
    };
  }

  @Override
  public CompletableFuture<Standing> standing(SessionId session, Deadline deadline) {
    Request.Read read =
        new Request.Read(
            cluster.areas.slotOf(Area.SESSION, session), new ShardKey(session, Area.SESSION));
    return ask(read, deadline)
        .thenApply(answer ->
            switch (answer) {
              case Answer.Found(Shard shard, Position _) ->
                  Lives.lives(shard)
                      ? new Standing.Alive(shard.application(), shard.user())
                      : new Standing.Gone();
              case Answer.Absent _ -> new Standing.Gone();
              case Answer.Stale _,
                  Answer.Applied _,
                  Answer.Refused _,
                  Answer.Unknown _,
                  Answer.Sessions _ ->
                  new Standing.Silent();
            });
  }

  /** Asks the owner, whoever that is, until it answers or the time is over. */
  private CompletableFuture<Answer> ask(Request request, Deadline deadline) {
    CompletableFuture<Answer> done = new CompletableFuture<>();
    ask(request, deadline, done);
    return done;
  }

  private void ask(Request request, Deadline deadline, CompletableFuture<Answer> done) {
    if (done.isDone()) {
      return;
    }
    Optional<NodeId> owner = node.map().find(request.slot()).flatMap(SlotAssignment::owner);
    if (deadline.passed()) {
      done.complete(nobodyAnswered(request));
      return;
    }
    if (owner.isEmpty()) {
      again(request, deadline, done, PAUSE);
      return;
    }
    SimNode at = cluster.node(owner.get());
    if (at == node) {
      node.submit(request, ATTEMPT, answer -> settle(request, deadline, done, answer));
      return;
    }
    // What is first decides: an answer, its repetition, or the end of the attempt.
    AtomicBoolean over = new AtomicBoolean();
    Consumer<Answer> once =
        answer -> {
          if (over.compareAndSet(false, true)) {
            settle(request, deadline, done, answer);
          }
        };
    cluster.network.send(
        node.id.value(),
        at.id.value(),
        () ->
            at.on(() ->
                at.submit(
                    request,
                    ATTEMPT,
                    answer ->
                        cluster.network.send(
                            at.id.value(),
                            node.id.value(),
                            () -> node.on(() -> once.accept(answer))))));
    node.after(ATTEMPT.toNanos(), () -> once.accept(nobodyAnswered(request)));
  }

  private static Answer nobodyAnswered(Request request) {
    return new Answer.Unknown(new Position(request.slot(), dev.kintsugi.core.Epoch.NONE, 0));
  }

  private void settle(
      Request request, Deadline deadline, CompletableFuture<Answer> done, Answer answer) {
    boolean final_ =
        switch (answer) {
          case Answer.Found _, Answer.Absent _, Answer.Applied _, Answer.Sessions _ -> true;
          case Answer.Stale _, Answer.Unknown _ -> false;
          case Answer.Refused(Refusal why, Position _) ->
              why != Refusal.NOT_OWNER && why != Refusal.UNAVAILABLE;
        };
    if (final_) {
      done.complete(answer);
    } else {
      again(request, deadline, done, PAUSE);
    }
  }

  private void again(
      Request request, Deadline deadline, CompletableFuture<Answer> done, Duration pause) {
    node.after(pause.toNanos(), () -> ask(request, deadline, done));
  }

  /** Random bytes that follow from the seed. */
  private static final class Seeded extends SecureRandom {
    @Serial private static final long serialVersionUID = 1;
    private final transient Scheduler scheduler;

    Seeded(Scheduler scheduler) {
      this.scheduler = scheduler;
    }

    @Override
    public void nextBytes(byte[] bytes) {
      scheduler.random.nextBytes(bytes);
    }
  }

  /** The wall clock of a node. */
  private static final class NodeClock extends Clock {
    private final SimNode node;

    NodeClock(SimNode node) {
      this.node = node;
    }

    @Override
    public Instant instant() {
      return node.wall();
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
