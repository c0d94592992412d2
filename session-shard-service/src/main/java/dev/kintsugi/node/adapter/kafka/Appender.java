package dev.kintsugi.node.adapter.kafka;

import dev.kintsugi.log.LogPartition;
import dev.kintsugi.log.LogSettings;
import dev.kintsugi.log.LogUnavailableException;
import dev.kintsugi.log.LogWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A {@link LogWriter} that never blocks its caller: what is appended before the writer knows the
 * partitions' leaders waits, in order. Thread-safe.
 */
final class Appender implements AutoCloseable {

  private final LogWriter writer;
  private final List<Runnable> held = new ArrayList<>();
  private boolean ready;
  private boolean failed;

  Appender(LogSettings settings, String name, Duration deliveryTimeout, List<String> topics) {
    this.writer = new LogWriter(settings, name, deliveryTimeout);
    var _ = Thread.ofVirtual().name("prepare-" + name).start(() -> prepare(topics));
  }

  private void prepare(List<String> topics) {
    boolean known = true;
    try {
      topics.forEach(writer::prepare);
    } catch (LogUnavailableException e) {
      known = false;
    }
    synchronized (this) {
      ready = known;
      failed = !known;
      held.forEach(Runnable::run);
      held.clear();
    }
  }

  synchronized CompletableFuture<Long> append(
      LogPartition partition, byte[] key, Map<String, byte[]> headers, Optional<byte[]> value) {
    if (ready) {
      return writer.append(partition, key, headers, value);
    }
    if (failed) {
      return CompletableFuture.failedFuture(
          new LogUnavailableException("Kafka did not describe the topics"));
    }
    CompletableFuture<Long> offset = new CompletableFuture<>();
    held.add(() -> {
      var _ =
          append(partition, key, headers, value)
              .whenComplete((at, failure) -> {
                if (failure == null) {
                  offset.complete(at);
                } else {
                  offset.completeExceptionally(failure);
                }
              });
    });
    return offset;
  }

  @Override
  public void close() {
    writer.close();
  }
}
