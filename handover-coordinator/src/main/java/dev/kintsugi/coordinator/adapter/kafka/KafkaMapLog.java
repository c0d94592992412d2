package dev.kintsugi.coordinator.adapter.kafka;

import dev.kintsugi.coordinator.domain.CoordinatorId;
import dev.kintsugi.coordinator.domain.Event;
import dev.kintsugi.coordinator.runtime.CoordinatorLoop;
import dev.kintsugi.coordinator.runtime.MapLog;
import dev.kintsugi.coordinator.runtime.RecordTooLargeException;
import dev.kintsugi.core.ShardMapLog.Entry;
import dev.kintsugi.log.LogPartition;
import dev.kintsugi.log.LogReader;
import dev.kintsugi.log.LogRecord;
import dev.kintsugi.log.LogSettings;
import dev.kintsugi.log.LogUnavailableException;
import dev.kintsugi.log.LogWriter;
import dev.kintsugi.log.ShardMapCodec;
import dev.kintsugi.log.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The topic shard-map. Appends run on a thread of their own, because a Kafka producer that has no
 * metadata yet blocks its caller. Thread-safe.
 */
public final class KafkaMapLog implements MapLog, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(KafkaMapLog.class);
  private static final int WAITING_APPENDS = 64;

  private final LogSettings settings;
  private final CoordinatorId id;
  private final Duration deliveryTimeout;
  private final LogPartition partition;
  private final ExecutorService writing =
      new ThreadPoolExecutor(
          1,
          1,
          0,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(WAITING_APPENDS),
          Thread.ofPlatform().name("map-writer").daemon(true).factory());
  private @Nullable LogReader reader;
  private @Nullable LogWriter writer;

  /**
   * The topic as one coordinator sees it.
   *
   * @param deliveryTimeout after which an append is given up, its fate unknown
   */
  public KafkaMapLog(LogSettings settings, CoordinatorId id, Duration deliveryTimeout) {
    this.settings = settings;
    this.id = id;
    this.deliveryTimeout = deliveryTimeout;
    this.partition = new LogPartition(new Topics(settings).shardMap(), 0);
  }

  /** Begins to hand the topic's records to the loop, from the first one on. */
  public synchronized void follow(CoordinatorLoop loop) {
    if (reader != null) {
      throw new IllegalStateException("the shard map is being followed already");
    }
    renew();
    reader = new LogReader(settings, id + "-map", new Handler(loop)).start();
    reader.follow(partition, LogReader.FROM_BEGINNING);
  }

  /** How long ago the reader last came back from Kafka's client; zero before it began. */
  public synchronized Duration sinceLastPoll() {
    return reader == null ? Duration.ZERO : Duration.ofNanos(reader.sinceLastPollNanos());
  }

  @Override
  public CompletableFuture<?> append(Entry entry) {
    CompletableFuture<Long> offset = new CompletableFuture<>();
    try {
      writing.execute(() -> send(entry, offset));
    } catch (RejectedExecutionException e) {
      offset.completeExceptionally(
          new LogUnavailableException("too many appends to the shard map wait already"));
    }
    return offset;
  }

  private void send(Entry entry, CompletableFuture<Long> offset) {
    try {
      var _ =
          currentWriter()
              .append(
                  partition,
                  ShardMapCodec.key(entry),
                  Map.of(),
                  Optional.of(ShardMapCodec.encode(entry, id.value())))
              .whenComplete((at, failure) -> {
                if (failure == null) {
                  offset.complete(at);
                } else {
                  offset.completeExceptionally(
                      LogWriter.isTooLarge(failure)
                          ? new RecordTooLargeException("larger than Kafka takes: " + failure)
                          : failure);
                }
              });
    } catch (RuntimeException e) {
      offset.completeExceptionally(e);
    }
  }

  private LogWriter currentWriter() {
    LogWriter current = writer;
    if (current == null) {
      current = new LogWriter(settings, id + "-map", deliveryTimeout);
      writer = current;
    }
    return current;
  }

  @Override
  public void renew() {
    try {
      writing.execute(this::closeWriter);
    } catch (RejectedExecutionException e) {
      LOG.warn("the writer of the shard map is busy or closed and was not renewed");
    }
  }

  private void closeWriter() {
    LogWriter old = writer;
    writer = null;
    if (old != null) {
      old.close();
    }
  }

  @Override
  public synchronized void close() {
    if (reader != null) {
      reader.close();
    }
    writing.shutdownNow();
    try {
      var _ = writing.awaitTermination(2, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    closeWriter();
  }

  /** Decodes what was read and hands it to the loop, which slows the reader if it cannot follow. */
  private final class Handler implements LogReader.Handler {

    private final CoordinatorLoop loop;

    Handler(CoordinatorLoop loop) {
      this.loop = loop;
    }

    @Override
    public void onRecords(LogPartition from, List<LogRecord> records) {
      loop.read(records.stream().map(Handler::event).toList());
    }

    private static Event event(LogRecord record) {
      try {
        return record
            .value()
            .<Event>map(bytes -> new Event.Read(record.offset(), ShardMapCodec.decode(bytes)))
            .orElseGet(() -> new Event.Malformed(record.offset()));
      } catch (IllegalArgumentException e) {
        return new Event.Malformed(record.offset());
      }
    }

    @Override
    public void onCaughtUp(LogPartition of) {
      loop.read(List.of(new Event.ReachedEnd()));
    }

    @Override
    public void onPositionLost(LogPartition of) {
      LOG.error("the read position in {} is gone; reading it again from its beginning", of);
      loop.read(List.of(new Event.PositionLost()));
      refollow();
    }
  }

  private synchronized void refollow() {
    if (reader != null) {
      reader.follow(partition, LogReader.FROM_BEGINNING);
    }
  }
}
