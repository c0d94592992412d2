package dev.kintsugi.tokens.adapter.kafka;

import dev.kintsugi.log.GrantRevocation;
import dev.kintsugi.log.LogPartition;
import dev.kintsugi.log.LogSettings;
import dev.kintsugi.log.LogUnavailableException;
import dev.kintsugi.log.LogWriter;
import dev.kintsugi.log.RevocationCodec;
import dev.kintsugi.log.Topics;
import dev.kintsugi.tokens.runtime.RevocationFeed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The topic revocations. One thread appends what waits, again and again until Kafka has it; while
 * Kafka is away nobody is made to wait for it. Thread-safe.
 */
public final class KafkaRevocations implements RevocationFeed, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(KafkaRevocations.class);

  /** Ten minutes of sixteen a second; beyond that the newest are left to the next question. */
  private static final int MOST_WAITING = 10_000;

  private static final int BATCH = 500;
  private static final int LONGEST_REASON = 64;
  private static final Duration DELIVERY = Duration.ofSeconds(1);
  private static final long PAUSE_MILLIS = 500;
  private static final long CLOSE_MILLIS = 2_000;

  private record Waiting(
      Ended ended, GrantRevocation revocation, CompletableFuture<Ended> durable) {}

  private final LogSettings settings;
  private final LogPartition partition;
  private final BlockingQueue<Waiting> queue = new ArrayBlockingQueue<>(MOST_WAITING);
  private final AtomicLong told = new AtomicLong();
  private final AtomicLong lost = new AtomicLong();
  private final Thread thread;
  private volatile boolean away;
  private volatile boolean closed;
  private @Nullable LogWriter writer;

  /** A feed with its thread, which starts at once; Kafka need not be there. */
  public KafkaRevocations(LogSettings settings) {
    this.settings = settings;
    this.partition = new LogPartition(new Topics(settings).revocations(), 0);
    this.thread = Thread.ofPlatform().name("revocations").daemon().start(this::run);
  }

  @Override
  public CompletableFuture<Ended> tell(Ended ended) {
    Waiting waiting = new Waiting(ended, revocation(ended), new CompletableFuture<>());
    if (closed || !queue.offer(waiting)) {
      lost.incrementAndGet();
      return CompletableFuture.failedFuture(new LogUnavailableException("too much waits for it"));
    }
    return away
        ? CompletableFuture.failedFuture(new LogUnavailableException("Kafka does not answer"))
        : waiting.durable();
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
    List<Waiting> batch = new ArrayList<>();
    prepare();
    try {
      while (!closed || !queue.isEmpty()) {
        Waiting next = queue.poll(200, TimeUnit.MILLISECONDS);
        if (next != null) {
          batch.add(next);
          queue.drainTo(batch, BATCH - 1);
          append(batch);
          batch.clear();
        }
      }
    } catch (InterruptedException stop) {
      LOG.debug("told to stop with {} revocations untold", batch.size() + queue.size());
    } finally {
      closeWriter();
    }
  }

  /** So that the first does not wait for the way to Kafka to be found. */
  private void prepare() {
    try {
      opened().prepare(partition.topic());
    } catch (RuntimeException notYet) {
      LOG.warn("the topic of revocations cannot be reached yet: {}", notYet.toString());
      closeWriter();
    }
  }

  /** Until Kafka has them all; some may stand there twice then. */
  private void append(List<Waiting> batch) throws InterruptedException {
    while (true) {
      try {
        List<CompletableFuture<Long>> appended = new ArrayList<>();
        for (Waiting one : batch) {
          appended.add(
              opened()
                  .append(
                      partition,
                      RevocationCodec.key(one.revocation()),
                      Map.of(),
                      Optional.of(RevocationCodec.encode(one.revocation()))));
        }
        appended.forEach(CompletableFuture::join);
        if (away) {
          LOG.info("the topic of revocations can be reached again");
        }
        away = false;
        told.addAndGet(batch.size());
        batch.forEach(one -> one.durable().complete(one.ended()));
        return;
      } catch (CompletionException | LogUnavailableException failed) {
        failed(batch, failed);
      } catch (RuntimeException noWriter) {
        failed(batch, noWriter);
      }
      if (closed) {
        return;
      }
      Thread.sleep(PAUSE_MILLIS);
    }
  }

  private void failed(List<Waiting> batch, RuntimeException why) {
    if (!away) {
      LOG.warn("revocations cannot be told and are tried again: {}", why.toString());
    }
    away = true;
    closeWriter();
    batch.forEach(one -> one.durable().completeExceptionally(why));
    queue.forEach(one -> one.durable().completeExceptionally(why));
  }

  private LogWriter opened() {
    LogWriter open = writer;
    if (open == null) {
      open = new LogWriter(settings, "token-service-revocations", DELIVERY);
      writer = open;
    }
    return open;
  }

  private void closeWriter() {
    LogWriter open = writer;
    writer = null;
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

  public int waiting() {
    return queue.size();
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
