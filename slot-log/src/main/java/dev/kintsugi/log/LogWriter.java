package dev.kintsugi.log;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.MetadataRecoveryStrategy;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Appends records with {@code acks=all} and idempotence on. Thread-safe; records that one thread
 * appends to a partition keep their order. A writer of which one append has failed must be closed:
 * what it still had under way may or may not arrive.
 */
public final class LogWriter implements AutoCloseable {

  /**
   * Records of one partition that go out together; an append takes one at least from the buffer.
   */
  public static final int BATCH_BYTES = 64 * 1024;

  /**
   * What a request may take, and by default about what a broker takes in one batch. It counts what
   * is not compressed, and nothing is.
   */
  private static final int REQUEST_BYTES = 1024 * 1024;

  /** The largest value that is certain to fit, under a key of some tens of bytes. */
  public static final int LARGEST_VALUE = REQUEST_BYTES - 512;

  private static final long BUFFER_BYTES = 16L * 1024 * 1024;

  private static final Comparator<Header> BY_NAME = Comparator.comparing(Header::key);

  private final KafkaProducer<byte[], byte[]> producer;
  private final Metric room;

  /** A topic whose leaders are forgotten for want of appends would make the next one block. */
  private static final Duration FOR_EVER = Duration.ofDays(3650);

  /**
   * A writer that gives an append up, its fate unknown, after {@code deliveryTimeout}.
   *
   * @param deliveryTimeout at least 100 ms
   */
  public LogWriter(LogSettings settings, String name, Duration deliveryTimeout) {
    this.producer =
        new KafkaProducer<>(
            config(settings, name, deliveryTimeout),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    this.room =
        producer.metrics().values().stream()
            .filter(metric -> metric.metricName().name().equals("buffer-available-bytes"))
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("Kafka's producer tells no buffer"));
  }

  private static Map<String, Object> config(
      LogSettings settings, String name, Duration deliveryTimeout) {
    Map<String, Object> config = new HashMap<>(ClientDefaults.connection(settings));
    config.put(ProducerConfig.CLIENT_ID_CONFIG, name);
    config.put(ProducerConfig.ACKS_CONFIG, "all");
    config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    config.put(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES);
    config.put(ProducerConfig.BUFFER_MEMORY_CONFIG, BUFFER_BYTES);
    config.put(ProducerConfig.METADATA_MAX_IDLE_CONFIG, FOR_EVER.toMillis());
    // Kafka's default forgets all topics when no broker answers, and the next send waits for them.
    // Whoever looks for brokers anew does so with a new writer.
    config.put(
        CommonClientConfigs.METADATA_RECOVERY_STRATEGY_CONFIG, MetadataRecoveryStrategy.NONE.name);
    config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, REQUEST_BYTES);
    config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, deliveryTimeout.toMillis());
    config.put(
        ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
        (int) Math.max(50, deliveryTimeout.toMillis() / 2));
    config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) deliveryTimeout.toMillis());
    return config;
  }

  /**
   * Asks Kafka for the leaders of a topic's partitions, so that the first append does not block.
   *
   * @throws LogUnavailableException if Kafka does not answer
   */
  public void prepare(String topic) {
    try {
      var unused = producer.partitionsFor(topic);
    } catch (KafkaException e) {
      throw new LogUnavailableException("Kafka did not describe topic " + topic, e);
    }
  }

  /** How many bytes of the buffer are free: an append that finds too few blocks until there are. */
  public long room() {
    return room.metricValue() instanceof Number bytes ? bytes.longValue() : 0;
  }

  /**
   * Appends a record and completes with its offset once all in-sync replicas have it. Fails with
   * {@link LogUnavailableException} when the fate is unknown, and when the record is too large
   * ({@link #isTooLarge}). Completes on the producer's thread: dependants must not block.
   *
   * @param value empty for a tombstone
   */
  public CompletableFuture<Long> append(
      LogPartition partition, byte[] key, Map<String, byte[]> headers, Optional<byte[]> value) {
    List<Header> recordHeaders = new ArrayList<>(headers.size());
    for (Map.Entry<String, byte[]> one : headers.entrySet()) {
      recordHeaders.add(new RecordHeader(one.getKey(), one.getValue()));
    }
    recordHeaders.sort(BY_NAME);
    CompletableFuture<Long> offset = new CompletableFuture<>();
    try {
      var unused =
          producer.send(
              new ProducerRecord<>(
                  partition.topic(), partition.number(), key, value.orElse(null), recordHeaders),
              (metadata, failure) -> {
                if (failure == null) {
                  offset.complete(metadata.offset());
                } else {
                  offset.completeExceptionally(
                      new LogUnavailableException("append to " + partition + " failed", failure));
                }
              });
    } catch (KafkaException | IllegalStateException e) {
      offset.completeExceptionally(
          new LogUnavailableException("append to " + partition + " was not taken", e));
    }
    return offset;
  }

  /**
   * Whether an append failed because the record is larger than Kafka takes. Then it is certain that
   * it was not and never will be appended, and the writer need not be closed.
   */
  public static boolean isTooLarge(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof RecordTooLargeException) {
        return true;
      }
    }
    return false;
  }

  /** Gives up what is under way and ends at once; its fate stays unknown. */
  @Override
  public void close() {
    producer.close(Duration.ZERO);
  }
}
