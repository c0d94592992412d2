package dev.kintsugi.client;

import dev.kintsugi.client.domain.Anteroom;
import dev.kintsugi.client.domain.RetryBudget;
import dev.kintsugi.client.domain.Target;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMap;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * The gates of a client: one for each life of each node, and the retry budget that all share. A
 * node that starts anew gets a new gate with its new incarnation in the map. Thread-safe.
 */
final class Gates {

  /** Runs tasks on another stack. */
  @FunctionalInterface
  interface Later {
    /** Runs a task after a delay; where nothing runs any more, it is dropped. */
    void run(Runnable task, Duration delay);
  }

  private record Key(NodeId node, Incarnation incarnation) {}

  /** After so long without replays, a node gets few at first again. */
  private static final Duration IDLE = Duration.ofSeconds(1);

  /** So long a replayed long poll counts among those that a node has to cope with. */
  private static final Duration SETTLING = Duration.ofMillis(20);

  private final GateSettings settings;
  private final Later later;
  private final LongSupplier ticker;
  private final CircuitBreakerConfig breaker;
  private final Anteroom.Sizes sizes;
  private final ConcurrentHashMap<Key, NodeGate> gates = new ConcurrentHashMap<>();
  private final RetryBudget budget;

  /**
   * No gates yet.
   *
   * @param ticker nanoseconds since an origin of its own
   */
  Gates(GateSettings settings, Later later, LongSupplier ticker) {
    this.settings = settings;
    this.later = later;
    this.ticker = ticker;
    this.budget =
        new RetryBudget(
            settings.retryShare(),
            settings.retryFloor(),
            settings.retryWindow(),
            ticker.getAsLong());
    this.breaker = breaker(settings, clock(ticker));
    this.sizes =
        new Anteroom.Sizes(
            settings.waiting(), settings.firstReplays(), settings.mostReplays(), IDLE);
  }

  private static CircuitBreakerConfig breaker(GateSettings settings, Clock clock) {
    return CircuitBreakerConfig.custom()
        .slidingWindowType(SlidingWindowType.COUNT_BASED)
        .slidingWindowSize(settings.breakerWindow())
        .minimumNumberOfCalls(settings.breakerMinimum())
        .failureRateThreshold(settings.breakerFailures())
        .waitDurationInOpenState(settings.breakerRest())
        .permittedNumberOfCallsInHalfOpenState(settings.breakerProbes())
        .clock(clock)
        .build();
  }

  /** Only spans matter, so that the origin is of no importance. */
  private static Clock clock(LongSupplier ticker) {
    long origin = ticker.getAsLong();
    InstantSource source =
        () -> Instant.EPOCH.plusNanos(Math.subtractExact(ticker.getAsLong(), origin));
    return source.withZone(ZoneOffset.UTC);
  }

  NodeGate at(Target target) {
    return gates.computeIfAbsent(new Key(target.node(), target.incarnation()), this::open);
  }

  private NodeGate open(Key key) {
    String name = key.node().toString();
    return new NodeGate(
        CircuitBreaker.of(name, breaker),
        bulkhead(name, settings.places()),
        bulkhead(name, settings.lastingPlaces()),
        sizes,
        ticker.getAsLong());
  }

  private static Bulkhead bulkhead(String name, int places) {
    return Bulkhead.of(
        name,
        BulkheadConfig.custom()
            .maxConcurrentCalls(places)
            .maxWaitDuration(Duration.ZERO)
            .fairCallHandlingStrategyEnabled(false)
            .build());
  }

  /** Forgets the lives of nodes that a map does not name. Who is at such a gate still leaves it. */
  void retain(ShardMap map) {
    Set<Key> named = new HashSet<>();
    for (MapNode node : map.nodes()) {
      named.add(new Key(node.id(), node.incarnation()));
    }
    gates.keySet().retainAll(named);
  }

  /** Tells visits that their turn has come, later: never under a caller's stack. */
  void tell(List<Anteroom.Ticket<Visit>> turns) {
    turns.forEach(ticket -> later.run(ticket.visitor()::turn, Duration.ZERO));
  }

  void settleSoon(NodeGate gate, Anteroom.Ticket<Visit> ticket) {
    later.run(() -> tell(gate.settled(ticket, ticker.getAsLong())), SETTLING);
  }

  void request(long nowNanos) {
    synchronized (budget) {
      budget.request(nowNanos);
    }
  }

  boolean tryRetry(long nowNanos) {
    synchronized (budget) {
      return budget.tryRetry(nowNanos);
    }
  }

  int retriesLeft() {
    synchronized (budget) {
      return budget.left(ticker.getAsLong());
    }
  }

  boolean isBarred(NodeId node, Incarnation incarnation) {
    NodeGate gate = gates.get(new Key(node, incarnation));
    return gate != null && gate.isBarred();
  }

  int barred() {
    return (int) gates.values().stream().filter(NodeGate::isBarred).count();
  }

  int waiting() {
    return gates.values().stream().mapToInt(NodeGate::waiting).sum();
  }
}
