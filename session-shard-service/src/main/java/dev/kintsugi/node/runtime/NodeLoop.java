package dev.kintsugi.node.runtime;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.node.domain.Action;
import dev.kintsugi.node.domain.Answer;
import dev.kintsugi.node.domain.Moment;
import dev.kintsugi.node.domain.NodeMachine;
import dev.kintsugi.node.domain.Position;
import dev.kintsugi.node.domain.Refusal;
import dev.kintsugi.node.domain.Request;
import dev.kintsugi.node.domain.SlotEntry;
import dev.kintsugi.node.domain.SlotFold;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that drives a {@link NodeMachine}: takes events in order, performs what the
 * machine asks for. Public methods are thread-safe.
 */
public final class NodeLoop implements ShardStore, StatusSource, NodeLog.Listener, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(NodeLoop.class);
  private static final int QUEUE = 65_536;
  private static final int BATCH = 512;
  private static final int BACKLOG = 32 * 1024 * 1024;
  private static final long TICK_NANOS = 10_000_000;

  /** While no slot is on its way. */
  private static final long RESTING_TICK_NANOS = 50_000_000;

  private static final long STATUS_NANOS = 50_000_000;

  /** While slots begin to be served: a look at all of them costs as much as they are many. */
  private static final long STATUS_SOON_NANOS = 10_000_000;

  private static final int MOST_SHOWN = 20;

  /** Something to be done on the loop's thread. */
  private interface Event {
    void run();

    /** Called instead of {@link #run}, on any thread, if the loop ends before that. */
    default void drop() {}
  }

  /** A request without an answer yet. */
  private record Open(CompletableFuture<Answer> answer, Executor answers, Runnable left) {

    /** Where nothing is executed any more, the asker's own end is near: it is told from here. */
    void complete(Answer given) {
      left.run();
      try {
        answers.execute(() -> answer.complete(given));
      } catch (RejectedExecutionException e) {
        answer.complete(given);
      }
    }
  }

  private final NodeMachine machine;
  private final NodeLog log;
  private final LongSupplier ticker;
  private final Clock clock;
  private final Supplier<Incarnation> incarnations;
  private final Supplier<Executor> answers;
  private final StoreListener listener;
  private final Inbox<Event> inbox = new Inbox<>(QUEUE);
  private final Backlog backlog = new Backlog(BACKLOG);
  private final Unanswered unanswered;
  private final Map<Long, Open> open = new HashMap<>();
  private final List<Action> out = new ArrayList<>();
  private final Thread thread;
  private long nextToken;
  private long writerGeneration;
  private long lostGeneration = -1;
  private long lastTickNanos;
  private long nextStatusNanos;
  private boolean beganToServe;
  private Optional<Long> lastProofNanos = Optional.empty();
  private Optional<Long> lastReadNanos = Optional.empty();
  private long voidRecords;
  private long malformedRecords;
  private long comparisons;
  private long differences;
  private volatile MapVersion mapVersion = MapVersion.NONE;
  private volatile NodeStatus status;
  private volatile long statusNanos;

  /**
   * A loop that has not started.
   *
   * @param ticker elapsed time in nanoseconds
   * @param answers asked on the thread of each caller: where its future is to be completed; the
   *     dependants may do real work there
   * @param incarnations a fresh random one at each call
   */
  public NodeLoop(
      NodeMachine machine,
      NodeLog log,
      LongSupplier ticker,
      Clock clock,
      Supplier<Incarnation> incarnations,
      Supplier<Executor> answers,
      StoreListener listener) {
    this(machine, log, ticker, clock, incarnations, answers, listener, Unanswered.ofHeap());
  }

  NodeLoop(
      NodeMachine machine,
      NodeLog log,
      LongSupplier ticker,
      Clock clock,
      Supplier<Incarnation> incarnations,
      Supplier<Executor> answers,
      StoreListener listener,
      Unanswered unanswered) {
    this.unanswered = unanswered;
    this.machine = machine;
    this.log = log;
    this.ticker = ticker;
    this.clock = clock;
    this.incarnations = incarnations;
    this.answers = answers;
    this.listener = listener;
    this.lastTickNanos = ticker.getAsLong() - RESTING_TICK_NANOS;
    this.status = snapshot();
    this.statusNanos = ticker.getAsLong();
    this.thread = Thread.ofPlatform().name("node-loop").daemon(true).unstarted(this::run);
  }

  /** Starts the thread and the log; call once. */
  public NodeLoop start() {
    thread.start();
    log.start(this);
    return this;
  }

  @Override
  public CompletableFuture<Answer> submit(Request request, Duration patience) {
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    Answer refused = new Answer.Refused(Refusal.UNAVAILABLE, nowhere(request.slot()));
    long size = Unanswered.size(request);
    if (!unanswered.enter(size)) {
      answer.complete(refused);
      return answer;
    }
    Open one = new Open(answer, answers.get(), () -> unanswered.leave(size));
    Event asked =
        new Event() {
          @Override
          public void run() {
            accept(request, patience, one);
          }

          @Override
          public void drop() {
            unanswered.leave(size);
            answer.complete(refused);
          }
        };
    if (!inbox.offer(asked)) {
      asked.drop();
    }
    return answer;
  }

  private static Position nowhere(SlotId slot) {
    return new Position(slot, Epoch.NONE, 0);
  }

  private void accept(Request request, Duration patience, Open one) {
    long token = nextToken++;
    open.put(token, one);
    long nowNanos = ticker.getAsLong();
    try {
      machine.onRequest(
          token, request, nowNanos + patience.toNanos(), nowNanos, clock.instant(), out);
    } catch (RuntimeException e) {
      answer(new Action.Reply(token, new Answer.Unknown(nowhere(request.slot()))));
      throw e;
    }
  }

  /** The newest shard map; older ones than seen are ignored. */
  public void onMap(ShardMap map) {
    enqueue(() -> {
      machine.onMap(map, ticker.getAsLong(), clock.instant(), out);
      mapVersion = machine.mapVersion();
    });
  }

  @Override
  public void onEntries(SlotId slot, List<NodeLog.Read> entries) {
    int size = backlog.size(entries);
    try {
      if (backlog.enter(size, inbox::isClosed)) {
        enqueue(() -> {
          try {
            applyAll(slot, entries);
          } finally {
            backlog.leave(size);
          }
        });
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A record that cannot be applied must not be skipped: the slot is read anew. */
  private void applyAll(SlotId slot, List<NodeLog.Read> entries) {
    lastReadNanos = Optional.of(ticker.getAsLong());
    try {
      entries.forEach(read -> apply(slot, read));
    } catch (RuntimeException e) {
      LOG.error("applying the log of slot {} failed; it is read anew", slot, e);
      machine.onSlotLogLost(slot, ticker.getAsLong(), clock.instant(), out);
    }
  }

  private void apply(SlotId slot, NodeLog.Read read) {
    SlotFold.Outcome outcome =
        machine.onEntry(
            slot, read.offset(), read.entry(), ticker.getAsLong(), clock.instant(), out);
    switch (outcome) {
      case VOID -> voidRecords++;
      case MALFORMED -> {
        malformedRecords++;
        if (read.entry() instanceof SlotEntry.Malformed malformed) {
          LOG.warn("skipped record {} of slot {}: {}", read.offset(), slot, malformed.reason());
        }
      }
      case APPLIED -> tell(slot, read.entry());
      case DUPLICATE -> {}
    }
    perform();
  }

  private void tell(SlotId slot, SlotEntry entry) {
    if (entry instanceof SlotEntry.Written written
        && written.shard().isPresent()
        && slot.area().equals(Area.SESSION)) {
      listener.onFacts(slot, written.session(), written.shard().get());
    }
  }

  @Override
  public void onFollowed(SlotId slot) {
    enqueue(() -> machine.onFollowed(slot));
  }

  @Override
  public void onAtEnd(SlotId slot, Moment asOf) {
    enqueue(() -> machine.onAtEnd(slot, asOf, ticker.getAsLong(), clock.instant(), out));
  }

  @Override
  public void onSlotLogLost(SlotId slot) {
    LOG.warn("the read position in the log of slot {} is lost; it is read anew", slot);
    enqueue(() -> machine.onSlotLogLost(slot, ticker.getAsLong(), clock.instant(), out));
  }

  @Override
  public void onBeat(Incarnation of, long sequence) {
    enqueue(() -> {
      long nowNanos = ticker.getAsLong();
      lastReadNanos = Optional.of(nowNanos);
      if (of.equals(machine.lease().incarnation())) {
        lastProofNanos = Optional.of(nowNanos);
      }
      machine.onBeat(of, sequence, nowNanos, clock.instant(), out);
    });
  }

  @Override
  public void onFence(Incarnation of) {
    enqueue(() -> machine.onFence(of, ticker.getAsLong(), clock.instant(), out));
  }

  @Override
  public void onMalformedLease() {
    enqueue(() -> malformedRecords++);
  }

  @Override
  public void onBeatsMissed() {
    enqueue(machine::onBeatsMissed);
  }

  @Override
  public void onLeaseLogLost() {
    enqueue(() -> machine.onLeaseLogLost(out));
  }

  private void enqueue(Event event) {
    try {
      if (inbox.put(event)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    event.drop();
  }

  private void run() {
    List<Event> batch = new ArrayList<>(BATCH);
    try {
      while (!inbox.isClosed()) {
        step(batch);
      }
    } catch (InterruptedException e) {
      LOG.debug("the node loop was woken to end");
    } catch (RuntimeException e) {
      // A node without its loop must not pass for one that is alive.
      throw new AssertionError("the node loop cannot go on", e);
    } finally {
      inbox.close().forEach(Event::drop);
      Answer unknown = new Answer.Unknown(nowhere(new SlotId(Area.SESSION, 0)));
      open.values()
          .forEach(one -> {
            one.left().run();
            one.answer().complete(unknown);
          });
    }
  }

  private void step(List<Event> batch) throws InterruptedException {
    inbox.take(batch, BATCH, waitNanos());
    batch.forEach(this::run);
    batch.clear();
    long nowNanos = ticker.getAsLong();
    if (untilTickNanos(nowNanos) <= 0) {
      lastTickNanos = nowNanos;
      run(() -> machine.onTick(nowNanos, clock.instant(), out));
    } else if (nowNanos - machine.lease().nextBeatNanos() >= 0) {
      run(() -> machine.beatIfDue(nowNanos, clock.instant(), out));
    }
    if (untilStatusNanos(nowNanos) <= 0) {
      nextStatusNanos = nowNanos + STATUS_NANOS;
      status = snapshot();
      statusNanos = nowNanos;
      if (beganToServe) {
        beganToServe = false;
        run(listener::onNews);
      }
    }
  }

  private long untilStatusNanos(long nowNanos) {
    long due = nextStatusNanos - nowNanos;
    return beganToServe ? Math.min(due, statusNanos + STATUS_SOON_NANOS - nowNanos) : due;
  }

  /** A bug in one event must not end the node: it is logged and the loop goes on. */
  private void run(Event event) {
    try {
      event.run();
      perform();
    } catch (RuntimeException e) {
      LOG.error("an event of the node loop failed", e);
      perform();
    }
  }

  private long waitNanos() {
    long nowNanos = ticker.getAsLong();
    long untilBeat = machine.lease().nextBeatNanos() - nowNanos;
    long untilNews = beganToServe ? untilStatusNanos(nowNanos) : Long.MAX_VALUE;
    return Math.max(0, Math.min(untilNews, Math.min(untilTickNanos(nowNanos), untilBeat)));
  }

  private long untilTickNanos(long nowNanos) {
    long interval = machine.isResting() ? RESTING_TICK_NANOS : TICK_NANOS;
    return lastTickNanos + interval - nowNanos;
  }

  private void perform() {
    if (out.isEmpty()) {
      return;
    }
    List<Action> due = List.copyOf(out);
    out.clear();
    due.forEach(this::performSafely);
  }

  /** An action that fails must not take those after it along. */
  private void performSafely(Action action) {
    try {
      perform(action);
    } catch (RuntimeException e) {
      LOG.error("an action of the node loop failed: {}", action.getClass().getSimpleName(), e);
    }
  }

  private void perform(Action action) {
    switch (action) {
      case Action.Append append -> append(append);
      case Action.AppendBeat beat -> log.appendBeat(beat.incarnation(), beat.sequence());
      case Action.AppendFence fence ->
          log.appendFence(
              fence.node(), fence.of(), fence.leasePartition(), machine.lease().incarnation());
      case Action.WatchNoMore _ -> {
        LOG.info("with so many nodes this one reads only its own heartbeats from now on");
        log.watchNoMore();
      }
      case Action.ReplaceWriter _ -> {
        writerGeneration++;
        log.replaceWriter();
      }
      case Action.Reply reply -> answer(reply);
      case Action.Follow follow -> log.follow(follow.slot());
      case Action.Unfollow unfollow -> log.unfollow(unfollow.slot());
      case Action.Serving serving -> {
        beganToServe = true;
        listener.onServing(serving.slot(), Duration.ofNanos(serving.tookNanos()));
      }
      case Action.GivingUp givingUp -> listener.onGivingUp(givingUp.slot());
      case Action.FinishEnding ending -> listener.onHalfEnded(ending.slot(), ending.sessions());
      case Action.Due due -> listener.onDue(due.slot(), due.sessions());
      case Action.WroteBack wrote ->
          listener.onWritten(wrote.slot(), Duration.ofNanos(wrote.sinceAppendNanos()));
      case Action.Agrees _ -> comparisons++;
      case Action.Differs differs -> {
        comparisons++;
        differences++;
        LOG.error(differenceOf(differs));
        listener.onDifference(differs.slot(), differs.suspect());
      }
      case Action.Rejoin _ -> {
        LOG.warn("this node was fenced and joins again as a new incarnation");
        listener.onFenced();
        machine.onRejoin(incarnations.get(), ticker.getAsLong());
      }
    }
  }

  private static String differenceOf(Action.Differs differs) {
    String found =
        "slot %s at offset %d: digest %016x of %d shards here, %016x of %d shards at its owner %s; "
            .formatted(
                differs.slot(),
                differs.ours().offset(),
                differs.ours().digest(),
                differs.ours().shards(),
                differs.owners().digest(),
                differs.owners().shards(),
                differs.owner().map(NodeId::value).orElse("unknown"));
    return found
        + switch (differs.suspect()) {
          case COPY -> "this copy is taken out and read anew from the log";
          case OWNER ->
              "this copy was read anew from the log after it had differed before, so the owner is"
                  + " the suspect: drain it (POST /admin/v1/nodes/{id}/drain at a coordinator), so"
                  + " that a copy that follows from the log takes the slot over";
        };
  }

  private void append(Action.Append append) {
    long generation = writerGeneration;
    var _ =
        appended(append)
            .whenComplete((offset, failure) -> {
              if (failure != null) {
                // Elsewhere: it may have failed on the loop's own thread, which must not wait for
                // room in its own queue.
                answers.get().execute(() -> enqueue(() -> writerLost(generation, failure)));
              }
            });
  }

  private CompletableFuture<Long> appended(Action.Append append) {
    try {
      return log.append(append.slot(), append.entry());
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private void writerLost(long generation, Throwable failure) {
    if (generation != writerGeneration || generation == lostGeneration) {
      return;
    }
    lostGeneration = generation;
    LOG.warn("an append failed, its fate is unknown: {}", String.valueOf(failure.getMessage()));
    machine.onWriterLost(ticker.getAsLong(), out);
  }

  private void answer(Action.Reply reply) {
    Open one = open.remove(reply.token());
    if (one != null) {
      one.complete(reply.answer());
    }
  }

  private NodeStatus snapshot() {
    long nowNanos = ticker.getAsLong();
    return new NodeStatus(
        machine.lease().incarnation(),
        machine.mapVersion(),
        machine.lease().covers(nowNanos, nowNanos, clock.instant()),
        lastProofNanos.map(proof -> Duration.ofNanos(nowNanos - proof)),
        lastReadNanos.map(read -> Duration.ofNanos(nowNanos - read)),
        voidRecords,
        malformedRecords,
        comparisons,
        differences,
        machine.nearlyFull(),
        machine.memoryInUse(),
        machine.memoryLimit(),
        machine.quarantined(MOST_SHOWN),
        machine.views());
  }

  @Override
  public MapVersion mapVersion() {
    return mapVersion;
  }

  @Override
  public NodeStatus status() {
    return status;
  }

  @Override
  public Duration statusAge() {
    return Duration.ofNanos(Math.max(0, ticker.getAsLong() - statusNanos));
  }

  /**
   * Ends the thread and the log. Open requests are answered as unknown, those that nobody has
   * looked at yet are refused.
   */
  @Override
  public void close() {
    inbox.close().forEach(Event::drop);
    thread.interrupt();
    try {
      thread.join(2_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    log.close();
  }
}
