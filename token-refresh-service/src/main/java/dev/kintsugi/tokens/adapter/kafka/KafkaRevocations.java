package dev.kintsugi.tokens.adapter.kafka;

import dev.kintsugi.log.GrantRevocation;
import dev.kintsugi.log.LogSettings;
import dev.kintsugi.log.LogUnavailableException;
import dev.kintsugi.tokens.runtime.Pauses;
import dev.kintsugi.tokens.runtime.RevocationFeed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The topic revocations. One thread appends what waits, again and again until Kafka has it; while
 * Kafka is away nobody is made to wait for it, and each grant waits once, however often it is told.
 * Thread-safe.
 */
public final class KafkaRevocations implements RevocationFeed, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(KafkaRevocations.class);

  /** Ten minutes of sixteen a second; beyond that the newest are left to the next question. */
  private static final int MOST_WAITING = 10_000;

  private static final int BATCH = 500;
  private static final int LONGEST_REASON = 64;
  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final Duration LOOK_UP = Duration.ofMillis(200);
  private static final long CLOSE_MILLIS = 2_000;

  private final Supplier<RevocationTopic> topics;
  private final Pauses pauses;
  private final Untold untold;
  private final AtomicLong told = new AtomicLong();
  private final AtomicLong lost = new AtomicLong();
  private final Thread thread;
  private volatile boolean away;
  private volatile boolean closed;
  private @Nullable RevocationTopic topic;

  /** A feed with its thread, which starts at once; Kafka need not be there. */
  public KafkaRevocations(LogSettings settings) {
    this(() -> RevocationTopic.of(settings), Thread::sleep, MOST_WAITING);
  }

  /**
   * A feed with its thread, which starts at once.
   *
   * @param topics makes a new way after each that has failed
   * @param pauses between attempts
   * @param mostWaiting grants
   */
  KafkaRevocations(Supplier<RevocationTopic> topics, Pauses pauses, int mostWaiting) {
    this.topics = topics;
    this.pauses = pauses;
    this.untold = new Untold(mostWaiting);
    this.thread = Thread.ofPlatform().name("revocations").daemon().start(this::run);
  }

  @Override
  public CompletableFuture<Ended> tell(Ended ended) {
    Optional<CompletableFuture<Ended>> durable = closed ? Optional.empty() : untold.add(ended);
    if (durable.isEmpty()) {
      lost.incrementAndGet();
      return CompletableFuture.failedFuture(new LogUnavailableException("too much waits for it"));
    }
    return away
        ? CompletableFuture.failedFuture(new LogUnavailableException("Kafka does not answer"))
        : durable.get();
  }

  private static GrantRevocation revocation(Ended ended) {
    String reason = ended.reason().replaceAll("[^A-Za-z0-9_.-]", "_");
    return new GrantRevocation(
        ended.key().application(),
        ended.key().id().value(),
        ended.user(),
        ended.at(),
        reason.substring(0, Math.min(reason.length(), LONGEST_REASON)));
  }

  private void run() {
    prepare();
    try {
      while (!closed || untold.size() > 0) {
        List<Untold.Entry> batch = untold.take(BATCH, LOOK_UP);
        Optional<RuntimeException> failure = append(batch);
        if (failure.isPresent()) {
          failed(failure.get());
          if (closed) {
            return;
          }
          pauses.pause(PAUSE);
        }
      }
    } catch (InterruptedException stop) {
      LOG.debug("told to stop");
    } finally {
      lost.addAndGet(untold.size());
      closeTopic();
    }
  }

  private void prepare() {
    try {
      opened().prepare();
    } catch (RuntimeException notYet) {
      LOG.warn("the topic of revocations cannot be reached yet: {}", notYet.toString());
      closeTopic();
    }
  }

  /** What Kafka has taken is told; the first failure of the others. */
  private Optional<RuntimeException> append(List<Untold.Entry> batch) {
    List<CompletableFuture<Long>> appended = new ArrayList<>(batch.size());
    RuntimeException failure = null;
    try {
      for (Untold.Entry entry : batch) {
        appended.add(opened().append(revocation(entry.ended())));
      }
    } catch (RuntimeException noWay) {
      failure = noWay;
    }
    for (int i = 0; i < appended.size(); i++) {
      try {
        appended.get(i).join();
        taken(batch.get(i));
      } catch (CompletionException notTaken) {
        failure = failure == null ? notTaken : failure;
      }
    }
    return Optional.ofNullable(failure);
  }

  private void taken(Untold.Entry entry) {
    if (away) {
      LOG.info("the topic of revocations can be reached again");
    }
    away = false;
    told.incrementAndGet();
    untold.told(entry);
  }

  private void failed(RuntimeException why) {
    if (!away) {
      LOG.warn("revocations cannot be told and are tried again: {}", why.toString());
    }
    away = true;
    closeTopic();
    untold.failed(why);
  }

  private RevocationTopic opened() {
    RevocationTopic open = topic;
    if (open == null) {
      open = topics.get();
      topic = open;
    }
    return open;
  }

  private void closeTopic() {
    RevocationTopic open = topic;
    topic = null;
    if (open != null) {
      open.close();
    }
  }

  /** How many the topic has taken since the start. */
  public long told() {
    return told.get();
  }

  /** How many were given up: whoever serves their sessions notices when it asks next. */
  public long lost() {
    return lost.get();
  }

  /** Of how many grants everybody is still to be told. */
  public int waiting() {
    return untold.size();
  }

  /** Tells what waits, for at most two seconds. */
  @Override
  public void close() {
    closed = true;
    try {
      thread.join(CLOSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    thread.interrupt();
  }
}
