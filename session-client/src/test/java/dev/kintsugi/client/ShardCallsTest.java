package dev.kintsugi.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.client.domain.Pursuit.Event;
import dev.kintsugi.client.domain.Route;
import dev.kintsugi.client.domain.Trouble;
import dev.kintsugi.core.Area;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.core.SlotId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class ShardCallsTest {

  private static final SlotId SLOT = new SlotId(Area.SESSION, 0);
  private static final ShardCallSettings QUICK =
      new ShardCallSettings(
          Duration.ofSeconds(20), Duration.ofSeconds(20), Duration.ofSeconds(30), 1000);

  private final SettableMaps maps = new SettableMaps();
  private final List<ScriptedNode> nodes = new ArrayList<>();
  private final BlockingQueue<Trouble> parks = new LinkedBlockingQueue<>();
  private ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
  private HttpClient http = HttpClient.newHttpClient();

  @BeforeEach
  void open() {
    timer.setRemoveOnCancelPolicy(true);
    http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofMillis(300))
            .build();
  }

  @AfterEach
  void close() {
    nodes.forEach(ScriptedNode::close);
    http.shutdownNow();
    timer.shutdownNow();
  }

  private ShardCalls calls(ShardCallSettings settings) {
    ShardCallListener listener =
        new ShardCallListener() {
          @Override
          public void parked(SlotId slot, Trouble trouble) {
            parks.add(trouble);
          }

          @Override
          public void replayed(SlotId slot, NodeId node) {}
        };
    return new ShardCalls(maps, new JdkTransport(http), timer, settings, listener);
  }

  private ScriptedNode node(ScriptedNode node) {
    nodes.add(node);
    return node;
  }

  private static ShardRequest put() {
    return ShardRequest.to(SLOT, "PUT", "/v1/x?y=z")
        .body("application/json", "{\"a\":1}".getBytes(StandardCharsets.UTF_8))
        .build();
  }

  private static ShardRequest get() {
    return ShardRequest.to(SLOT, "GET", "/v1/x").header("Accept", "application/json").build();
  }

  @Test
  void an_answer_is_passed_on_with_its_body_and_headers() throws Exception {
    ScriptedNode owner =
        node(
            new ScriptedNode(exchange -> {
              exchange.getResponseHeaders().add("ETag", "\"7\"");
              ScriptedNode.status(412, "later").to(exchange);
            }));
    maps.ownedBy(owner.url());
    ShardResponse response = calls(QUICK).call(put()).get();
    assertThat(response.status()).isEqualTo(412);
    assertThat(response.headers().firstValue("etag")).contains("\"7\"");
    assertThat(text(response)).isEqualTo("later");
    assertThat(response.attempts()).isEqualTo(1);
    assertThat(response.fromNode()).isTrue();
    ScriptedNode.Seen seen = owner.awaitRequest();
    assertThat(seen.key()).matches("[0-9a-f]{32}");
    assertThat(seen.body()).isEqualTo("{\"a\":1}");
    assertThat(seen.path()).isEqualTo("/v1/x?y=z");
  }

  @Test
  void a_listener_that_throws_at_everything_loses_no_call() throws Exception {
    ScriptedNode owner = node(ScriptedNode.answering(503, "busy"));
    maps.ownedBy(owner.url());
    ShardCalls calls = new ShardCalls(maps, new JdkTransport(http), timer, QUICK, new Throwing());
    CompletableFuture<ShardResponse> replayed = calls.call(put());
    owner.awaitRequest();
    owner.answer(ScriptedNode.status(200, "done"));
    assertThat(text(replayed.get())).isEqualTo("done");
    ScriptedNode silent = node(ScriptedNode.silent());
    maps.ownedBy(silent.url());
    CompletableFuture<ShardResponse> moved = calls.call(put());
    silent.awaitRequest();
    maps.ownedBy(owner.url());
    assertThat(text(moved.get())).isEqualTo("done");
    maps.ownedByNobody();
    ShardCallSettings hasty =
        new ShardCallSettings(
            Duration.ofSeconds(20), Duration.ofMillis(50), Duration.ofSeconds(30), 1000);
    ShardCalls impatient =
        new ShardCalls(maps, new JdkTransport(http), timer, hasty, new Throwing());
    assertThat(impatient.call(put()).get().status()).isEqualTo(503);
    assertThat(calls.underWay() + impatient.underWay()).isZero();
  }

  /** A listener with a bug in each of its methods. */
  private static final class Throwing implements ShardCallListener {
    private static IllegalStateException bug() {
      return new IllegalStateException("a bug of the listener");
    }

    @Override
    public void parked(SlotId slot, Trouble trouble) {
      throw bug();
    }

    @Override
    public void abandoned(SlotId slot, Trouble trouble) {
      throw bug();
    }

    @Override
    public void replayed(SlotId slot, NodeId node) {
      throw bug();
    }

    @Override
    public void nodeFailed(NodeTrouble trouble) {
      throw bug();
    }

    @Override
    public void nodeAnswered(NodeId node, Incarnation incarnation, long atNanos) {
      throw bug();
    }

    @Override
    public void answered(SlotId slot, ShardResponse response) {
      throw bug();
    }

    @Override
    public void gaveUp(SlotId slot, Trouble trouble, ShardResponse response) {
      throw bug();
    }
  }

  @Test
  void calls_whose_timer_was_closed_under_them_end_with_the_next_map() throws Exception {
    maps.ownedByNobody();
    ShardCalls calls = calls(QUICK);
    CompletableFuture<ShardResponse> waiting = calls.call(put());
    timer.shutdownNow();
    maps.ownedByNobody();
    assertThat(waiting).isCancelled();
    assertThat(calls.underWay()).isZero();
  }

  @Test
  void a_bug_ends_the_call_and_nobody_waits_for_ever() {
    ScheduledThreadPoolExecutor broken =
        new ScheduledThreadPoolExecutor(1) {
          @Override
          public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
            throw new IllegalStateException("a bug");
          }
        };
    try {
      maps.ownedByNobody();
      ShardCalls calls =
          new ShardCalls(maps, new JdkTransport(http), broken, QUICK, ShardCallListener.NONE);
      assertThatThrownBy(() -> calls.call(put()).get(20, TimeUnit.SECONDS))
          .hasRootCauseMessage("a bug");
      assertThat(calls.underWay()).isZero();
    } finally {
      broken.shutdownNow();
    }
  }

  @Test
  void a_read_that_shows_an_offset_is_answered_by_a_standby_while_nobody_owns_the_slot()
      throws Exception {
    ScriptedNode standby =
        node(
            new ScriptedNode(exchange -> {
              exchange.getResponseHeaders().add("Shard-Stale", "true");
              ScriptedNode.status(200, "old").to(exchange);
            }));
    maps.stoodBy(standby.url());
    maps.ownedByNobody();
    ShardRequest seen =
        ShardRequest.to(SLOT, "GET", "/v1/x").header(ShardRequest.SHARD_OFFSET, "7").build();
    ShardResponse response = calls(QUICK).call(seen).get();
    assertThat(text(response)).isEqualTo("old");
    assertThat(response.headers().firstValue("shard-stale")).contains("true");
    assertThat(response.attempts()).isEqualTo(1);
    assertThat(parks).isEmpty();
  }

  @Test
  void neither_a_read_without_an_offset_nor_a_write_goes_to_a_standby() throws Exception {
    ScriptedNode standby = node(ScriptedNode.answering(200, "old"));
    maps.stoodBy(standby.url());
    maps.ownedByNobody();
    ShardCallSettings hasty =
        new ShardCallSettings(
            Duration.ofSeconds(1), Duration.ofMillis(50), Duration.ofSeconds(1), 1000);
    ShardCalls calls = calls(hasty);
    assertThat(calls.call(get()).get().status()).isEqualTo(503);
    assertThat(calls.call(put()).get().status()).isEqualTo(503);
    assertThat(standby.seen()).isEmpty();
  }

  @Test
  void when_the_owner_moves_while_it_is_silent_the_write_is_replayed_under_the_same_key()
      throws Exception {
    ScriptedNode old = node(ScriptedNode.silent());
    ScriptedNode next = node(ScriptedNode.answering(200, "moved"));
    maps.ownedBy(old.url());
    CompletableFuture<ShardResponse> call = calls(QUICK).call(put());
    ScriptedNode.Seen first = old.awaitRequest();
    maps.ownedBy(next.url());
    ShardResponse response = call.get();
    assertThat(text(response)).isEqualTo("moved");
    assertThat(response.attempts()).isEqualTo(2);
    assertThat(next.awaitRequest().key()).isEqualTo(first.key()).isNotEmpty();
  }

  @Test
  void a_refused_connection_is_parked_until_a_newer_map_names_another_owner() throws Exception {
    maps.ownedBy(closedPort());
    CompletableFuture<ShardResponse> call = calls(QUICK).call(get());
    assertThat(parks.poll(10, TimeUnit.SECONDS)).isEqualTo(Trouble.UNREACHABLE);
    ScriptedNode next = node(ScriptedNode.answering(200, "here"));
    maps.ownedBy(next.url());
    ShardResponse response = call.get();
    assertThat(text(response)).isEqualTo("here");
    assertThat(response.parked()).isPositive();
    assertThat(next.awaitRequest().key()).isEmpty();
  }

  @Test
  void a_node_that_is_not_the_owner_is_left_as_soon_as_a_newer_map_arrives() throws Exception {
    ScriptedNode old = node(ScriptedNode.answering(421, ""));
    ScriptedNode next = node(ScriptedNode.answering(200, "owner"));
    maps.ownedBy(old.url());
    CompletableFuture<ShardResponse> call = calls(QUICK).call(put());
    assertThat(parks.poll(10, TimeUnit.SECONDS)).isEqualTo(Trouble.NOT_OWNER);
    maps.ownedBy(next.url());
    assertThat(text(call.get())).isEqualTo("owner");
  }

  @Test
  void a_421_that_names_the_owner_by_a_newer_map_is_followed_before_that_map_arrives()
      throws Exception {
    ScriptedNode next = node(ScriptedNode.answering(200, "owner"));
    ScriptedNode old =
        node(
            new ScriptedNode(exchange -> {
              exchange.getResponseHeaders().add("Shard-Owner", "standby");
              exchange.getResponseHeaders().add("Shard-Owner-Grant", "7");
              exchange.getResponseHeaders().add("Shard-Map-Version", "1.1@99");
              ScriptedNode.status(421, "").to(exchange);
            }));
    maps.stoodBy(next.url());
    maps.ownedBy(old.url());
    ShardResponse response = calls(QUICK).call(put()).get();
    assertThat(text(response)).isEqualTo("owner");
    assertThat(response.attempts()).isEqualTo(2);
    assertThat(parks).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "stranger,7,1.1@99",
    "standby,0,1.1@99",
    "standby,x,1.1@99",
    "standby,7,1.1@0",
    "standby,7,nonsense",
    "a b/../,7,1.1@99"
  })
  void a_421_that_names_nobody_known_or_by_no_newer_map_is_not_followed(
      String owner, String grant, String version) throws Exception {
    ScriptedNode standby = node(ScriptedNode.answering(200, "wrong"));
    ScriptedNode old =
        node(
            new ScriptedNode(exchange -> {
              exchange.getResponseHeaders().add("Shard-Owner", owner);
              exchange.getResponseHeaders().add("Shard-Owner-Grant", grant);
              exchange.getResponseHeaders().add("Shard-Map-Version", version);
              ScriptedNode.status(421, "").to(exchange);
            }));
    maps.stoodBy(standby.url());
    maps.ownedBy(old.url());
    CompletableFuture<ShardResponse> call = calls(QUICK).call(put());
    assertThat(parks.poll(10, TimeUnit.SECONDS)).isEqualTo(Trouble.NOT_OWNER);
    maps.ownedBy(node(ScriptedNode.answering(200, "right")).url());
    assertThat(text(call.get())).isEqualTo("right");
    assertThat(standby.seen()).isEmpty();
  }

  @Test
  void a_caller_is_sent_on_only_to_an_owner_that_is_well_and_keeps_the_slot() {
    ShardCalls calls = calls(QUICK);
    assertThat(calls.liveOwner(SLOT)).isEmpty();
    for (MapNode.State state : MapNode.State.values()) {
      maps.publish(map(state, Optional.empty()));
      assertThat(calls.liveOwner(SLOT).isPresent()).isEqualTo(state == MapNode.State.UP);
    }
    maps.publish(map(MapNode.State.UP, Optional.of(new NodeId("other"))));
    assertThat(calls.liveOwner(SLOT)).as("it moves").isEmpty();
    assertThat(calls.liveOwner(new SlotId(Area.SESSION, 99))).isEmpty();
  }

  private static ShardMap map(MapNode.State state, Optional<NodeId> releasing) {
    List<MapNode> both = new ArrayList<>();
    for (String id : List.of("owner", "other")) {
      both.add(
          new MapNode(
              new NodeId(id),
              URI.create("http://127.0.0.1:1"),
              new Incarnation(1),
              state,
              Optional.empty()));
    }
    SlotAssignment slot =
        new SlotAssignment(Optional.of(new NodeId("owner")), List.of(), 1, releasing);
    return ShardMap.of(
        new MapVersion(new Epoch(1, 1), 0), both, Map.of(Area.SESSION, List.of(slot)));
  }

  @Test
  void a_redirect_is_not_followed() throws Exception {
    ScriptedNode elsewhere = node(ScriptedNode.answering(200, "wrong"));
    ScriptedNode next = node(ScriptedNode.answering(200, "right"));
    ScriptedNode old =
        node(
            new ScriptedNode(exchange -> {
              exchange.getResponseHeaders().add("Location", elsewhere.url() + "/v1/x");
              ScriptedNode.status(307, "").to(exchange);
            }));
    maps.ownedBy(old.url());
    CompletableFuture<ShardResponse> call = calls(QUICK).call(get());
    assertThat(parks.poll(10, TimeUnit.SECONDS)).isEqualTo(Trouble.NOT_OWNER);
    maps.ownedBy(next.url());
    assertThat(text(call.get())).isEqualTo("right");
    assertThat(elsewhere.seen()).isEmpty();
  }

  @Test
  void an_unknown_write_is_replayed_under_the_same_key() throws Exception {
    ScriptedNode owner = node(ScriptedNode.answering(504, "unknown"));
    maps.ownedBy(owner.url());
    ShardRequest request = ShardRequest.to(SLOT, "PUT", "/v1/x").idempotencyKey("my key").build();
    CompletableFuture<ShardResponse> call = calls(QUICK).call(request);
    ScriptedNode.Seen first = owner.awaitRequest();
    owner.answer(ScriptedNode.status(200, "done"));
    ShardResponse response = call.get();
    assertThat(text(response)).isEqualTo("done");
    assertThat(response.attempts()).isGreaterThan(1);
    assertThat(owner.seen()).extracting(ScriptedNode.Seen::key).containsOnly(first.key(), "my key");
  }

  @Test
  void a_write_whose_connection_is_lost_is_replayed() throws Exception {
    ScriptedNode owner = node(new ScriptedNode(exchange -> exchange.close()));
    maps.ownedBy(owner.url());
    CompletableFuture<ShardResponse> call = calls(QUICK).call(put());
    assertThat(parks.poll(10, TimeUnit.SECONDS)).isEqualTo(Trouble.LOST);
    owner.answer(ScriptedNode.status(201, "done"));
    assertThat(call.get().status()).isEqualTo(201);
  }

  @Test
  void a_slot_without_owner_is_refused_after_the_park_limit() throws Exception {
    maps.ownedByNobody();
    ShardRequest request =
        ShardRequest.to(SLOT, "PUT", "/v1/x").parkLimit(Duration.ofMillis(80)).build();
    ShardResponse response = calls(QUICK).call(request).get();
    assertThat(response.status()).isEqualTo(503);
    assertThat(response.headers().firstValue("Retry-After")).contains("1");
    assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
    assertThat(text(response)).contains("\"outcome\":\"refused\"").contains("no node owns");
    assertThat(response.fromNode()).isFalse();
    assertThat(response.parked()).isGreaterThanOrEqualTo(Duration.ofMillis(80));
  }

  @Test
  void a_silent_owner_makes_a_write_unknown_at_the_deadline_and_a_read_refused() throws Exception {
    maps.ownedBy(node(ScriptedNode.silent()).url());
    ShardCalls calls = calls(QUICK);
    ShardRequest write =
        ShardRequest.to(SLOT, "PUT", "/v1/x").deadline(Duration.ofMillis(120)).build();
    ShardRequest read =
        ShardRequest.to(SLOT, "GET", "/v1/x").deadline(Duration.ofMillis(120)).build();
    CompletableFuture<ShardResponse> written = calls.call(write);
    CompletableFuture<ShardResponse> answered = calls.call(read);
    assertThat(written.get().status()).isEqualTo(504);
    assertThat(text(written.get())).contains("\"outcome\":\"unknown\"");
    assertThat(answered.get().status()).isEqualTo(503);
    assertThat(calls.underWay()).isZero();
  }

  @Test
  void an_oversized_answer_is_cut_off_and_reported() throws Exception {
    ScriptedNode owner = node(ScriptedNode.answering(200, "x".repeat(1001)));
    maps.ownedBy(owner.url());
    ShardResponse response = calls(QUICK).call(get()).get();
    assertThat(response.status()).isEqualTo(503);
    assertThat(text(response)).contains("exceeds the largest size");
    owner.answer(ScriptedNode.status(200, "x".repeat(1000)));
    assertThat(calls(QUICK).call(get()).get().body()).hasSize(1000);
  }

  @Test
  void a_cancelled_call_is_forgotten() throws Exception {
    ScriptedNode owner = node(ScriptedNode.silent());
    maps.ownedBy(owner.url());
    ShardCalls calls = calls(QUICK);
    CompletableFuture<ShardResponse> call = calls.call(get());
    owner.awaitRequest();
    call.cancel(true);
    assertThat(calls.underWay()).isZero();
  }

  @Test
  void closing_cancels_the_calls_under_way() throws Exception {
    ScriptedNode owner = node(ScriptedNode.silent());
    maps.ownedBy(owner.url());
    ShardCalls calls = calls(QUICK);
    CompletableFuture<ShardResponse> call = calls.call(get());
    owner.awaitRequest();
    calls.close();
    assertThat(call).isCancelled();
    assertThat(calls.underWay()).isZero();
  }

  @Test
  void concurrent_calls_each_get_their_own_answer_through_a_move() throws Exception {
    ScriptedNode.Answer echo =
        exchange -> ScriptedNode.status(200, exchange.getRequestURI().getPath()).to(exchange);
    ScriptedNode old = node(ScriptedNode.silent());
    ScriptedNode next = node(new ScriptedNode(echo));
    maps.ownedBy(old.url());
    ShardCalls calls = calls(QUICK);
    List<CompletableFuture<ShardResponse>> all = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      all.add(calls.call(ShardRequest.to(SLOT, "PUT", "/v1/" + i).build()));
      if (i == 100) {
        old.awaitRequest();
        maps.ownedBy(next.url());
      }
    }
    for (int i = 0; i < 200; i++) {
      assertThat(text(all.get(i).get())).isEqualTo("/v1/" + i);
    }
    assertThat(next.seen().stream().map(ScriptedNode.Seen::key).distinct()).hasSize(200);
    assertThat(calls.underWay()).isZero();
  }

  @Test
  void an_address_that_cannot_be_called_is_an_unreachable_owner() throws Exception {
    maps.ownedBy(URI.create("gopher://nowhere"));
    CompletableFuture<ShardResponse> call = calls(QUICK).call(get());
    assertThat(parks.poll(10, TimeUnit.SECONDS)).isEqualTo(Trouble.UNREACHABLE);
    maps.ownedBy(node(ScriptedNode.answering(200, "ok")).url());
    assertThat(text(call.get())).isEqualTo("ok");
  }

  @Test
  void a_closed_timer_fails_the_call_instead_of_leaving_it_unbounded() throws Exception {
    maps.ownedBy(node(ScriptedNode.silent()).url());
    ShardCalls calls = calls(QUICK);
    timer.shutdownNow();
    assertThatThrownBy(() -> calls.call(get()).get())
        .hasRootCauseInstanceOf(java.util.concurrent.RejectedExecutionException.class);
  }

  @Test
  void a_map_that_arrives_before_a_call_has_started_is_not_lost_and_does_not_end_it()
      throws Exception {
    ScriptedNode next = node(ScriptedNode.answering(200, "next"));
    maps.ownedBy(node(ScriptedNode.silent()).url());
    ShardCall call =
        new ShardCall(calls(QUICK), get(), Route.of(maps.current(), SLOT), System.nanoTime());
    maps.ownedBy(next.url());
    call.deliver(new Event.MapRead(Route.of(maps.current(), SLOT)));
    assertThat(next.seen()).isEmpty();
    call.start();
    assertThat(text(call.result().get())).isEqualTo("next");
  }

  @Test
  void no_call_is_forgotten_in_a_storm_of_maps() throws Exception {
    int atOnce = 50;
    ShardCalls calls = calls(QUICK);
    AtomicBoolean over = new AtomicBoolean();
    try (ExecutorService storm = Executors.newSingleThreadExecutor()) {
      Future<?> stormed = storm.submit(() -> publishUntil(over));
      try {
        for (int round = 0; round < 400; round++) {
          List<CompletableFuture<ShardResponse>> all = new ArrayList<>();
          for (int i = 0; i < atOnce; i++) {
            all.add(calls.call(get()));
          }
          assertThat(calls.underWay()).as("round %d", round).isEqualTo(atOnce);
          all.forEach(call -> call.cancel(true));
          // The timer's thread may just be at a call, and forgets it then.
          timer.submit(() -> {}).get();
          assertThat(calls.underWay()).isZero();
        }
      } finally {
        over.set(true);
      }
      stormed.get();
    }
  }

  /** Publishes maps as fast as the calls are told of them. */
  private Void publishUntil(AtomicBoolean over) throws Exception {
    while (!over.get()) {
      maps.ownedByNobody();
      timer.submit(() -> {}).get();
    }
    return null;
  }

  private static URI closedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return URI.create("http://127.0.0.1:" + socket.getLocalPort());
    }
  }

  private static String text(ShardResponse response) {
    return new String(response.body(), StandardCharsets.UTF_8);
  }
}
