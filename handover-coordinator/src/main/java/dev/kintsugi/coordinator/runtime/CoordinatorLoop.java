package dev.kintsugi.coordinator.runtime;

import dev.kintsugi.coordinator.domain.Action;
import dev.kintsugi.coordinator.domain.Coordinator;
import dev.kintsugi.coordinator.domain.Event;
import dev.kintsugi.coordinator.domain.Health;
import dev.kintsugi.coordinator.domain.Heartbeat;
import dev.kintsugi.coordinator.domain.Now;
import dev.kintsugi.coordinator.domain.PeerWord;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.ShardMapLog.Entry;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that tells a {@link Coordinator} what happens and does what it says. Methods are
 * thread-safe and do not block, except {@link #read} and {@link #close}.
 *
 * <p>Heartbeats and questions are turned away once {@code capacity} things wait; results of what
 * the coordinator itself has begun always get in, being bounded by what it begins.
 */
public final class CoordinatorLoop implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(CoordinatorLoop.class);
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /** Long enough to be felt: a verdict that comes so much later is a gap so much longer. */
  private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Coordinator coordinator;
  private final MapLog log;
  private final Prober prober;
  private final NoticeListener listener;
  private final Supplier<Now> clock;
  private final long tickNanos;
  private final int capacity;
  private final LinkedBlockingQueue<Runnable> waiting = new LinkedBlockingQueue<>();
  private final AtomicLong failures = new AtomicLong();
  private final Thread thread;
  private volatile Health health = Health.NONE;
  private volatile boolean closed;
  private long lastComplaintNanos;

  public CoordinatorLoop(
      Coordinator coordinator,
      MapLog log,
      Prober prober,
      NoticeListener listener,
      Supplier<Now> clock,
      Duration tickEvery,
      int capacity) {
    this.coordinator = coordinator;
    this.log = log;
    this.prober = prober;
    this.listener = listener;
    this.clock = clock;
    this.tickNanos = tickEvery.toNanos();
    this.capacity = capacity;
    this.thread = Thread.ofPlatform().name("coordinator").daemon(true).unstarted(this::run);
  }

  /** Starts the thread; call once. */
  public void start() {
    lastComplaintNanos = clock.get().nanos() - QUIET_NANOS;
    thread.start();
  }

  public Offer heard(Heartbeat heartbeat) {
    return offer(() -> deliver(new Event.Heard(heartbeat)));
  }

  /** Somebody other than a node says something of nodes. */
  public Offer said(String from, List<PeerWord> words) {
    return offer(() -> words.forEach(word -> deliver(new Event.Said(from, word))));
  }

  /** Somebody other than a node goes by the shard map of that version. */
  public Offer knows(MapVersion version) {
    return offer(() -> deliver(new Event.Knows(version)));
  }

  /** Hands over what was read from the log and waits until the coordinator has taken it in. */
  public void read(List<? extends Event> events) {
    CompletableFuture<Void> taken = new CompletableFuture<>();
    submit(() -> {
      events.forEach(this::deliver);
      taken.complete(null);
    });
    while (!closed && thread.isAlive()) {
      try {
        taken.get(100, TimeUnit.MILLISECONDS);
        return;
      } catch (java.util.concurrent.TimeoutException e) {
        // Still waiting for its turn, or the loop has ended.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      } catch (java.util.concurrent.ExecutionException e) {
        throw new IllegalStateException("never completes with an exception", e);
      }
    }
  }

  /**
   * Asks the coordinator something, or has it do something. Fails with {@link LoopBusyException} if
   * too much waits.
   */
  public <T> CompletableFuture<T> ask(BiFunction<Coordinator, Now, T> question) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    Offer offer =
        offer(() -> {
          try {
            answer.complete(question.apply(coordinator, clock.get()));
          } catch (RuntimeException e) {
            answer.completeExceptionally(e);
          }
        });
    if (offer != Offer.ACCEPTED) {
      answer.completeExceptionally(new LoopBusyException(offer));
    }
    return answer;
  }

  /** The cluster in numbers, as of the last tick. */
  public Health health() {
    return health;
  }

  /** Whether the thread runs. */
  public boolean isAlive() {
    return thread.isAlive() && !closed;
  }

  /** How often the coordinator's rules have failed by a bug. */
  public long failures() {
    return failures.get();
  }

  private Offer offer(Runnable task) {
    if (closed) {
      return Offer.CLOSED;
    }
    if (waiting.size() >= capacity) {
      return Offer.FULL;
    }
    submit(task);
    return Offer.ACCEPTED;
  }

  private void submit(Runnable task) {
    waiting.add(task);
  }

  private void run() {
    long nextTickNanos = clock.get().nanos();
    while (!closed) {
      try {
        long untilTick = nextTickNanos - clock.get().nanos();
        Runnable task = untilTick > 0 ? waiting.poll(untilTick, TimeUnit.NANOSECONDS) : null;
        if (task != null) {
          task.run();
        }
        Now now = clock.get();
        if (now.nanos() - nextTickNanos >= 0) {
          nextTickNanos = now.nanos() + tickNanos;
          deliver(new Event.Tick());
          health = coordinator.health();
        }
      } catch (InterruptedException e) {
        closed = true;
      } catch (RuntimeException e) {
        complain("a task of the coordinator's loop failed", e);
      }
    }
  }

  private void deliver(Event event) {
    long beganNanos = System.nanoTime();
    long beganCpuNanos = cpuNanos();
    try {
      coordinator.on(event, clock.get()).forEach(this::perform);
    } catch (RuntimeException e) {
      complain("the coordinator could not take " + event.getClass().getSimpleName(), e);
    }
    long tookNanos = System.nanoTime() - beganNanos;
    if (tookNanos >= SLOW_NANOS) {
      LOG.warn(
          "took {} ms for {}, {} of them at work: whatever else had to be decided waited",
          TimeUnit.NANOSECONDS.toMillis(tookNanos),
          event.getClass().getSimpleName(),
          TimeUnit.NANOSECONDS.toMillis(cpuNanos() - beganCpuNanos));
    }
  }

  /** Of this thread; 0 where the machine does not tell. */
  private static long cpuNanos() {
    return THREADS.isCurrentThreadCpuTimeSupported() ? THREADS.getCurrentThreadCpuTime() : 0;
  }

  private void perform(Action action) {
    switch (action) {
      case Action.Append append -> {
        var _ =
            log.append(append.entry())
                .whenComplete((_, failure) -> {
                  if (failure != null) {
                    LOG.warn("an append to the shard map failed: {}", failure.toString());
                    submit(() -> deliver(failed(append.entry(), failure)));
                  }
                });
      }
      case Action.RenewWriter _ -> log.renew();
      case Action.Knock knock -> {
        var _ =
            prober
                .probe(knock.url())
                .thenAccept(result ->
                    submit(() ->
                        deliver(new Event.Probed(knock.node(), knock.incarnation(), result))));
      }
      case Action.Tell tell -> listener.on(tell.notice());
    }
  }

  private static Event failed(Entry entry, Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return cause instanceof RecordTooLargeException && entry instanceof Entry.Table table
        ? new Event.TableTooLarge(table)
        : new Event.AppendFailed(entry);
  }

  private void complain(String what, RuntimeException e) {
    failures.incrementAndGet();
    long now = clock.get().nanos();
    if (now - lastComplaintNanos >= QUIET_NANOS) {
      lastComplaintNanos = now;
      LOG.error("{}; this is a bug, please report it", what, e);
    }
  }

  /** Ends the thread and waits for it, up to 2 s. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    if (Thread.currentThread() != thread) {
      try {
        thread.join(2_000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
