package dev.kintsugi.log;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the partitions of a consumer ended when Kafka was last asked. Not thread-safe; used by the
 * thread that polls.
 */
final class LogEnds {
  /*
   * What the client knows by itself does not do: the lag that it states is that of the last fetch,
   * which may have been long ago if Kafka does not answer, and what it hands over may have been
   * fetched before this machine stood still. So the end is asked for, and the moment before the
   * asking counts.
   */

  private static final Logger LOG = LoggerFactory.getLogger(LogEnds.class);
  private static final Duration PATIENCE = Duration.ofMillis(500);

  private record End(long offset, Asked asked) {}

  private final Consumer<byte[], byte[]> consumer;
  private final Map<TopicPartition, End> ends = new HashMap<>();
  private final long intervalNanos;
  private long nextNanos;

  LogEnds(Consumer<byte[], byte[]> consumer, long intervalNanos) {
    this.consumer = consumer;
    this.intervalNanos = intervalNanos;
    this.nextNanos = System.nanoTime() + intervalNanos;
  }

  /** Asks if it is time; blocks for up to half a second if Kafka does not answer. */
  void askIfDue(Set<TopicPartition> partitions, long nowNanos) {
    if (nowNanos - nextNanos < 0 || partitions.isEmpty()) {
      return;
    }
    Asked asked = Asked.now();
    try {
      consumer
          .endOffsets(partitions, PATIENCE)
          .forEach((partition, offset) -> ends.put(partition, new End(offset, asked)));
    } catch (TimeoutException e) {
      LOG.debug("Kafka does not say where its logs end: {}", e.getMessage());
    }
    nextNanos = nowNanos + intervalNanos;
  }

  /** Tells once of each partition that has been read as far as it went then. */
  void reached(BiConsumer<TopicPartition, Asked> handler) {
    if (ends.isEmpty()) {
      return;
    }
    for (Map.Entry<TopicPartition, End> end : Map.copyOf(ends).entrySet()) {
      if (consumer.position(end.getKey(), PATIENCE) >= end.getValue().offset()) {
        handler.accept(end.getKey(), end.getValue().asked());
        ends.remove(end.getKey());
      }
    }
  }

  /** What is known of the partition counts no more. */
  void forget(TopicPartition partition) {
    ends.remove(partition);
  }
}
