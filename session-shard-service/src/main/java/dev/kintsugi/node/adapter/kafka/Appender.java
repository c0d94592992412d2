package dev.kintsugi.node.adapter.kafka;

import dev.kintsugi.log.LogPartition;
import dev.kintsugi.log.LogSettings;
import dev.kintsugi.log.LogUnavailableException;
import dev.kintsugi.log.LogWriter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * A {@link LogWriter} that never blocks its caller: what is appended before the writer knows the
 * partitions' leaders, or while its buffer is full, waits in order for a thread of its own.
 * Thread-safe.
 */
final class Appender implements AutoCloseable {
  /*
   * While nothing waits and the buffer has room, the caller's thread appends. Else the record is
   * held, and a thread that may block takes it; until it has taken all, everything new is held
   * behind. The appends of a closed writer fail, and with them whatever is held. How much can be
   * held is bounded by the writes that the node lets be under way.
   */

  /** What is written to. */
  interface Sink {
    /** May block; throws {@link LogUnavailableException}. */
    void prepare(String topic);

    /** May block while there is less than {@link #room} for the record. */
    CompletableFuture<Long> append(
        LogPartition partition, byte[] key, Map<String, byte[]> headers, Optional<byte[]> value);

    /** Free bytes of the buffer; only {@link #append} makes it less. */
    long room();

    void close();
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Held(
      LogPartition partition,
      byte[] key,
      Map<String, byte[]> headers,
      Optional<byte[]> value,
      CompletableFuture<Long> offset) {}

  /** One batch for the record, and one because batches may be begun that hold little. */
  private static final int MARGIN = 2 * LogWriter.BATCH_BYTES;

  private final Sink sink;
  private final Executor threads;
  private final ArrayDeque<Held> held = new ArrayDeque<>();

  /** Whether a thread is at work that takes what is held. */
  private boolean draining = true;

  private boolean failed;

  Appender(LogSettings settings, String name, Duration deliveryTimeout, List<String> topics) {
    this(
        sink(new LogWriter(settings, name, deliveryTimeout)),
        topics,
        task -> {
          var _ = Thread.ofVirtual().name("append-" + name).start(task);
        });
  }

  /**
   * An appender to a sink.
   *
   * @param threads runs each task on a thread that may block; at most one at a time
   */
  Appender(Sink sink, List<String> topics, Executor threads) {
    this.sink = sink;
    this.threads = threads;
    threads.execute(() -> {
      prepare(topics);
      drain();
    });
  }

  private static Sink sink(LogWriter writer) {
    return new Sink() {
      @Override
      public void prepare(String topic) {
        writer.prepare(topic);
      }

      @Override
      public CompletableFuture<Long> append(
          LogPartition partition, byte[] key, Map<String, byte[]> headers, Optional<byte[]> value) {
        return writer.append(partition, key, headers, value);
      }

      @Override
      public long room() {
        return writer.room();
      }

      @Override
      public void close() {
        writer.close();
      }
    };
  }

  private void prepare(List<String> topics) {
    try {
      topics.forEach(sink::prepare);
    } catch (LogUnavailableException e) {
      synchronized (this) {
        failed = true;
      }
    }
  }

  private void drain() {
    for (Optional<Held> next = next(); next.isPresent(); next = next()) {
      Held one = next.get();
      var _ =
          take(one)
              .whenComplete((at, failure) -> {
                if (failure == null) {
                  one.offset().complete(at);
                } else {
                  one.offset().completeExceptionally(failure);
                }
              });
    }
  }

  private synchronized Optional<Held> next() {
    Optional<Held> next = Optional.ofNullable(held.poll());
    draining = next.isPresent();
    return next;
  }

  private CompletableFuture<Long> take(Held one) {
    return isFailed()
        ? unavailable()
        : sink.append(one.partition(), one.key(), one.headers(), one.value());
  }

  private synchronized boolean isFailed() {
    return failed;
  }

  private static CompletableFuture<Long> unavailable() {
    return CompletableFuture.failedFuture(
        new LogUnavailableException("Kafka did not describe the topics"));
  }

  synchronized CompletableFuture<Long> append(
      LogPartition partition, byte[] key, Map<String, byte[]> headers, Optional<byte[]> value) {
    if (failed) {
      return unavailable();
    }
    int bytes = key.length + value.map(content -> content.length).orElse(0);
    if (!draining && sink.room() >= bytes + MARGIN) {
      return sink.append(partition, key, headers, value);
    }
    CompletableFuture<Long> offset = new CompletableFuture<>();
    held.add(new Held(partition, key, headers, value, offset));
    if (!draining) {
      draining = true;
      threads.execute(this::drain);
    }
    return offset;
  }

  @Override
  public void close() {
    sink.close();
  }
}
