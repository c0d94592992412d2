package dev.kintsugi.node.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.AtOnce;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.PlacementKey;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.node.adapter.json.JsonMergePatch;
import dev.kintsugi.node.domain.Answer;
import dev.kintsugi.node.domain.Change;
import dev.kintsugi.node.domain.Content;
import dev.kintsugi.node.domain.Lease;
import dev.kintsugi.node.domain.NodeMachine;
import dev.kintsugi.node.domain.NodeSettings;
import dev.kintsugi.node.domain.Refusal;
import dev.kintsugi.node.domain.Request;
import dev.kintsugi.node.domain.RequestKey;
import dev.kintsugi.node.domain.ShardKey;
import dev.kintsugi.node.domain.SlotEntry;
import dev.kintsugi.node.domain.SlotView;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The end of a loop: nobody who has asked may be left without an answer. */
@Timeout(30)
class NodeLoopTest {

  private static final Areas AREAS = Areas.of(List.of(new AreaPolicy(Area.SESSION, 1, 2, 1000)));
  private static final NodeId SELF = new NodeId("node-1");
  private static final Incarnation INCARNATION = new Incarnation(1);
  private static final SlotId SLOT = new SlotId(Area.SESSION, 0);
  private static final Duration LONG = Duration.ofHours(1);

  /** Says nothing, so that whoever needs the log waits for it. */
  private static final class SilentLog implements NodeLog {
    @Override
    public void start(Listener listener) {}

    @Override
    public CompletableFuture<Long> append(SlotId slot, SlotEntry entry) {
      return new CompletableFuture<>();
    }

    @Override
    public void replaceWriter() {}

    @Override
    public void appendBeat(Incarnation incarnation, long sequence) {}

    @Override
    public void watchNoMore() {}

    @Override
    public void appendFence(NodeId node, Incarnation of, int leasePartition, Incarnation by) {}

    @Override
    public void follow(SlotId slot) {}

    @Override
    public void unfollow(SlotId slot) {}

    @Override
    public void close() {}
  }

  private final NodeLoop loop = loop(Runnable::run);

  private static NodeLoop loop(Executor answers) {
    return loop(answers, Unanswered.ofHeap());
  }

  private static NodeLoop loop(Executor answers, Unanswered unanswered) {
    return loop(new SilentLog(), new StoreListener() {}, answers, unanswered);
  }

  private static NodeLoop loop(
      NodeLog log, StoreListener listener, Executor answers, Unanswered unanswered) {
    return new NodeLoop(
        new NodeMachine(
            SELF,
            AREAS,
            new Lease(
                Duration.ofMillis(200), Duration.ofMillis(100), INCARNATION, System.nanoTime()),
            0,
            new JsonMergePatch(),
            NodeSettings.of(LONG)),
        log,
        System::nanoTime,
        Clock.systemUTC(),
        () -> new Incarnation(2),
        () -> answers,
        listener,
        unanswered);
  }

  private static ShardMap map(long offset) {
    MapNode self =
        new MapNode(SELF, URI.create("http://n"), INCARNATION, MapNode.State.UP, Optional.empty());
    List<SlotAssignment> mine = List.of(SlotAssignment.ownedBy(SELF, List.of(), 1));
    return ShardMap.of(
        new MapVersion(new Epoch(1, 1), offset), List.of(self), Map.of(Area.SESSION, mine));
  }

  private CompletableFuture<Answer> ask() {
    SessionId session = SessionId.of(new PlacementKey(1), 2, 3);
    return loop.submit(new Request.Read(SLOT, new ShardKey(session, Area.SESSION)), LONG);
  }

  private void awaitMap(ShardMap map) {
    loop.onMap(map);
    while (!loop.mapVersion().equals(map.version())) {
      Thread.onSpinWait();
    }
  }

  @Test
  void a_request_under_way_when_the_loop_ends_is_answered_as_unknown() throws Exception {
    loop.start();
    awaitMap(map(1));
    CompletableFuture<Answer> asked = ask();
    awaitMap(map(2));
    assertThat(asked).as("waits for the log").isNotDone();
    loop.close();
    assertThat(asked.get(5, TimeUnit.SECONDS)).isInstanceOf(Answer.Unknown.class);
  }

  @Test
  void a_request_that_nobody_has_looked_at_when_the_loop_ends_is_refused() throws Exception {
    CompletableFuture<Answer> before = ask();
    loop.close();
    assertThat(refusal(before)).isEqualTo(Refusal.UNAVAILABLE);
    assertThat(refusal(ask())).as("asked afterwards").isEqualTo(Refusal.UNAVAILABLE);
  }

  /** As the executor of a server that has stopped does. */
  @Test
  void an_answer_that_its_asker_s_executor_refuses_is_given_all_the_same() throws Exception {
    Executor stopped =
        _ -> {
          throw new RejectedExecutionException("stopped");
        };
    try (NodeLoop alone = loop(stopped).start()) {
      SessionId session = SessionId.of(new PlacementKey(1), 2, 3);
      CompletableFuture<Answer> asked =
          alone.submit(new Request.Read(SLOT, new ShardKey(session, Area.SESSION)), LONG);
      assertThat(refusal(asked)).isEqualTo(Refusal.NOT_OWNER);
    }
  }

  @Test
  void what_waits_for_a_slot_is_bounded_by_its_bytes() throws Exception {
    try (NodeLoop small = loop(Runnable::run, new Unanswered(20_000)).start()) {
      small.onMap(map(1));
      CompletableFuture<Answer> first = put(small, 12_000, Duration.ofMillis(50));
      assertThat(refusal(put(small, 12_000, LONG))).isEqualTo(Refusal.UNAVAILABLE);
      CompletableFuture<Answer> fits = put(small, 4_000, LONG);
      assertThat(first.get(5, TimeUnit.SECONDS)).isInstanceOf(Answer.Refused.class);
      CompletableFuture<Answer> again = put(small, 12_000, LONG);
      assertThat(List.of(fits, again)).as("both wait").noneMatch(CompletableFuture::isDone);
    }
  }

  private static CompletableFuture<Answer> put(NodeLoop loop, int bytes, Duration patience) {
    SessionId session = SessionId.of(new PlacementKey(1), 2, 3);
    Content content = new Content(new TreeMap<>(Map.of("a", "\"" + "x".repeat(bytes) + "\"")));
    return loop.submit(
        new Request.Write(
            SLOT,
            new ShardKey(session, Area.SESSION),
            new RequestKey(1, 2, 3),
            new Change.Put(content),
            Optional.empty()),
        patience);
  }

  private static Refusal refusal(CompletableFuture<Answer> asked) throws Exception {
    return ((Answer.Refused) asked.get(5, TimeUnit.SECONDS)).why();
  }

  @RepeatedTest(10)
  void what_writes_of_several_threads_hold_is_given_back_once_each_however_they_end()
      throws Exception {
    Unanswered unanswered = new Unanswered(1_000_000);
    Queue<CompletableFuture<Answer>> asked = new ConcurrentLinkedQueue<>();
    try (NodeLoop busy = loop(Runnable::run, unanswered).start()) {
      AtOnce.Task writer =
          () -> {
            for (int i = 0; i < 300; i++) {
              Duration patience = i % 2 == 0 ? Duration.ofMillis(1) : LONG;
              asked.add(put(busy, 5_000, patience));
            }
          };
      AtOnce.run(
          writer,
          writer,
          () -> {
            writer.run();
            busy.onMap(map(1));
          });
    }
    for (CompletableFuture<Answer> one : asked) {
      assertThat(one.get(5, TimeUnit.SECONDS))
          .isInstanceOfAny(Answer.Unknown.class, Answer.Refused.class);
    }
    assertThat(unanswered.held()).isZero();
  }

  @Test
  void writes_that_wait_keep_no_read_out() throws Exception {
    try (NodeLoop small = loop(Runnable::run, new Unanswered(20_000)).start()) {
      small.onMap(map(1));
      CompletableFuture<Answer> first = put(small, 19_000, LONG);
      assertThat(refusal(put(small, 19_000, LONG))).isEqualTo(Refusal.UNAVAILABLE);
      SessionId session = SessionId.of(new PlacementKey(1), 2, 3);
      CompletableFuture<Answer> read =
          small.submit(new Request.Read(SLOT, new ShardKey(session, Area.SESSION)), LONG);
      assertThat(List.of(first, read)).as("both wait").noneMatch(CompletableFuture::isDone);
    }
  }

  @Test
  void that_a_slot_is_served_is_told_as_soon_as_the_status_shows_it() throws Exception {
    CompletableFuture<NodeLoop> told = new CompletableFuture<>();
    CompletableFuture<SlotView.Role> shown = new CompletableFuture<>();
    StoreListener listener =
        new StoreListener() {
          @Override
          public void onNews() {
            shown.complete(told.join().status().slots().getFirst().role());
          }
        };
    try (NodeLoop serving = loop(new MemoryLog(), listener, Runnable::run, Unanswered.ofHeap())) {
      told.complete(serving);
      serving.start();
      serving.onMap(map(1));
      assertThat(shown.get(10, TimeUnit.SECONDS)).isEqualTo(SlotView.Role.SERVING);
    }
  }

  @RepeatedTest(10)
  void every_request_of_several_threads_has_its_answer_when_the_loop_ends_under_them()
      throws Exception {
    loop.start();
    awaitMap(map(1));
    Queue<CompletableFuture<Answer>> asked = new ConcurrentLinkedQueue<>();
    CountDownLatch enough = new CountDownLatch(600);
    AtOnce.Task caller =
        () -> {
          for (int i = 0; i < 2_000; i++) {
            asked.add(ask());
            enough.countDown();
          }
        };
    AtOnce.run(
        caller,
        caller,
        () -> {
          enough.await();
          loop.close();
        });
    assertThat(asked).hasSize(4_000);
    for (CompletableFuture<Answer> one : asked) {
      assertThat(one.get(5, TimeUnit.SECONDS))
          .isInstanceOfAny(Answer.Unknown.class, Answer.Refused.class);
    }
  }
}
