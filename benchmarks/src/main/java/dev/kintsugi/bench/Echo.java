package dev.kintsugi.bench;

import dev.kintsugi.log.LogPartition;
import dev.kintsugi.log.LogReader;
import dev.kintsugi.log.LogSettings;
import dev.kintsugi.log.LogWriter;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The bare act that a write rests on: append a record, read it back. Nothing is decided, kept or
 * checked. Thread-safe.
 */
final class Echo implements AutoCloseable {

  static final String TOPIC = "bench.echo";
  static final int PARTITIONS = 16;

  private final Map<Long, CompletableFuture<Long>> open = new ConcurrentHashMap<>();
  private final AtomicLong next = new AtomicLong();
  private final LogWriter writer;
  private final LogReader reader;

  Echo(String bootstrapServers) {
    LogSettings settings = new LogSettings(bootstrapServers, "", (short) 1);
    writer = new LogWriter(settings, "echo", Duration.ofSeconds(5));
    writer.prepare(TOPIC);
    reader =
        new LogReader(
            settings,
            "echo",
            (_, records) ->
                records.forEach(record -> {
                  CompletableFuture<Long> waiting =
                      open.remove(ByteBuffer.wrap(record.key()).getLong());
                  if (waiting != null) {
                    waiting.complete(record.offset());
                  }
                }));
    for (int partition = 0; partition < PARTITIONS; partition++) {
      reader.follow(new LogPartition(TOPIC, partition), LogReader.FROM_END);
    }
    reader.start();
  }

  /** The offset under which the bytes were read back. */
  CompletableFuture<Long> append(byte[] value) {
    long number = next.incrementAndGet();
    CompletableFuture<Long> readBack = new CompletableFuture<>();
    open.put(number, readBack);
    var _ =
        writer
            .append(
                new LogPartition(TOPIC, (int) (number % PARTITIONS)),
                ByteBuffer.allocate(Long.BYTES).putLong(number).array(),
                Map.of(),
                Optional.of(value))
            .whenComplete((_, failure) -> {
              if (failure != null) {
                readBack.completeExceptionally(failure);
              }
            });
    return readBack;
  }

  @Override
  public void close() {
    reader.close();
    writer.close();
  }
}
