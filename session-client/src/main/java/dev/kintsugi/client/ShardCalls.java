package dev.kintsugi.client;

import dev.kintsugi.client.domain.Door;
import dev.kintsugi.client.domain.Pursuit;
import dev.kintsugi.client.domain.Pursuit.Event;
import dev.kintsugi.client.domain.Route;
import dev.kintsugi.client.domain.Target;
import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.ShardMaps;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.core.SlotId;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Calls to the owners of slots. A call finds the owner in the shard map, waits while there is none
 * that can serve, follows newer maps and replays; its future always completes with a response,
 * within the deadline, unless the caller cancels it (a bug in here completes it too, with an {@link
 * IllegalStateException}). A safe request that carries {@code Shard-Offset} goes to a standby,
 * once, instead of waiting. Thread-safe.
 *
 * <p>Owns neither the transport, nor the timer, nor the maps: whoever made them closes them.
 */
public final class ShardCalls implements AutoCloseable {
  /*
   * One subscription to the maps serves all calls under way. The follower's thread only hands the
   * map to the timer, whose thread tells the calls one by one; a call is entered before it reads
   * the map, so that no map falls between.
   */

  private static final int KEY_BYTES = 16;

  private static final RandomGenerator SPREAD = () -> ThreadLocalRandom.current().nextLong();

  private final ShardMaps maps;
  private final Transport transport;
  private final ScheduledExecutorService timer;
  private final ShardCallSettings settings;
  private final ShardCallListener listener;
  private final Gates gates;
  private final SecureRandom keys = new SecureRandom();
  private final Set<ShardCall> underWay = ConcurrentHashMap.newKeySet();
  private final ShardMaps.Subscription subscription;

  /**
   * A client.
   *
   * @param timer one thread is enough. It should drop cancelled tasks at once ({@code
   *     setRemoveOnCancelPolicy(true)})
   */
  public ShardCalls(
      ShardMaps maps,
      Transport transport,
      ScheduledExecutorService timer,
      ShardCallSettings settings,
      ShardCallListener listener) {
    this.maps = maps;
    this.transport = transport;
    this.timer = timer;
    this.settings = settings;
    this.listener = new GuardedListener(listener);
    this.gates = new Gates(settings.gates(), this::later, System::nanoTime);
    this.subscription = maps.onChange(this::handToTimer);
  }

  /**
   * Sends a request to the owner of its slot.
   *
   * <p>The future's dependents run on the transport's threads, or the timer's, and must not block.
   * Cancelling it abandons the attempt under way.
   */
  public CompletableFuture<ShardResponse> call(ShardRequest request) {
    ShardRequest keyed = withKey(request);
    long now = nanos();
    // The route is read twice: the first starts the rules, the second catches what changed between.
    Route route = Route.of(maps.current(), keyed.slot());
    ShardCall call = new ShardCall(this, keyed, route, now);
    underWay.add(call);
    call.start();
    call.deliver(new Event.MapRead(Route.of(maps.current(), keyed.slot())));
    return call.result();
  }

  private ShardRequest withKey(ShardRequest request) {
    if (request.safe() || request.idempotencyKey().isPresent()) {
      return request;
    }
    byte[] key = new byte[KEY_BYTES];
    keys.nextBytes(key);
    return request.withIdempotencyKey(HexFormat.of().formatHex(key));
  }

  private void handToTimer(ShardMap map) {
    try {
      timer.execute(() -> tell(map));
    } catch (RejectedExecutionException e) {
      // The timer is closed, and no alarm ends a call any more; a listener of maps must not throw.
      underWay.forEach(call -> call.result().cancel(true));
    }
  }

  private void tell(ShardMap map) {
    gates.retain(map);
    for (ShardCall call : underWay) {
      call.deliver(new Event.MapRead(Route.of(map, call.request().slot())));
    }
  }

  private void later(Runnable task, Duration delay) {
    try {
      var unused = timer.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      // The timer is closed, and with it every call.
    }
  }

  /** How many calls are under way. */
  public int underWay() {
    return underWay.size();
  }

  /** How many of them wait for a place at a node. */
  public int waiting() {
    return gates.waiting();
  }

  /** How many nodes are left alone at present because they failed too often. */
  public int barredNodes() {
    return gates.barred();
  }

  /** How many attempts may be repeated now at nodes that failed. */
  public int retriesLeft() {
    return gates.retriesLeft();
  }

  /**
   * The owner of a slot to whom a caller may be sent away, by the newest map: it is thought well,
   * the slot is not moving, and calls reach it. Empty where a call had better go through here.
   */
  public Optional<MapNode> liveOwner(SlotId slot) {
    ShardMap map = maps.current();
    boolean moving = map.find(slot).flatMap(SlotAssignment::releasing).isPresent();
    return map.owner(slot)
        .filter(owner -> owner.state() == MapNode.State.UP)
        .filter(owner -> !moving && !gates.isBarred(owner.id(), owner.incarnation()));
  }

  /** The version of the newest map. */
  public MapVersion mapVersion() {
    return maps.current().version();
  }

  Pursuit pursuit(ShardRequest request, Route route, Door door, long nowNanos) {
    return new Pursuit(
        settings.limitsOf(request),
        request.safe(),
        request.mayAskStandby(),
        route,
        SPREAD,
        door,
        nowNanos);
  }

  Gates gates() {
    return gates;
  }

  Optional<MapNode> node(NodeId id) {
    return maps.current().node(id);
  }

  void forget(ShardCall call) {
    underWay.remove(call);
  }

  long nanos() {
    return System.nanoTime();
  }

  CompletableFuture<NodeAnswer> send(Target target, ShardRequest request) {
    return transport.send(target.url(), request, settings.maxAnswerBytes());
  }

  ScheduledExecutorService timer() {
    return timer;
  }

  ShardCallListener listener() {
    return listener;
  }

  /** Follows the maps no longer and cancels the calls under way. */
  @Override
  public void close() {
    subscription.close();
    underWay.forEach(call -> call.result().cancel(true));
  }
}
