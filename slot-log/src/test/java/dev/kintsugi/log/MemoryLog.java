package dev.kintsugi.log;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;

/**
 * Partitions in memory, and a consumer that reads them; unlike Kafka's own, it still has what it
 * has handed over. Each poll takes all that is left of all partitions. Thread-safe.
 */
final class MemoryLog extends MockConsumer<byte[], byte[]> {

  private static final int PAUSE_NANOS = 2_000_000;

  private final Map<TopicPartition, NavigableMap<Long, ConsumerRecord<byte[], byte[]>>> logs =
      new HashMap<>();
  private final Set<TopicPartition> lost = new HashSet<>();

  MemoryLog() {
    super("none");
  }

  private static TopicPartition of(LogPartition partition) {
    return new TopicPartition(partition.topic(), partition.number());
  }

  /** A new partition without records. */
  synchronized void make(LogPartition partition) {
    logs.put(of(partition), new TreeMap<>());
    updateBeginningOffsets(Map.of(of(partition), 0L));
    updateEndOffsets(Map.of(of(partition), 0L));
  }

  /** Appends at once: no poll sees only some of them. */
  synchronized void append(LogPartition partition, byte[]... values) {
    TopicPartition to = of(partition);
    NavigableMap<Long, ConsumerRecord<byte[], byte[]>> log = logs.get(to);
    for (byte[] value : values) {
      long offset = log.size();
      log.put(offset, new ConsumerRecord<>(to.topic(), to.partition(), offset, null, value));
    }
    updateEndOffsets(Map.of(to, (long) log.size()));
  }

  /** Loses all records from an offset on: whoever has read further finds its position outside. */
  synchronized void cut(LogPartition partition, long end) {
    TopicPartition of = of(partition);
    logs.get(of).tailMap(end, true).clear();
    updateEndOffsets(Map.of(of, end));
    if (assignment().contains(of) && position(of) > end) {
      lost.add(of);
    }
  }

  /** The next polls find the position outside of the log, until it is given anew. */
  synchronized void losePosition(LogPartition partition) {
    lost.add(of(partition));
  }

  @Override
  @SuppressWarnings("UnsynchronizedOverridesSynchronized") // the pause is not for the lock
  public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
    ConsumerRecords<byte[], byte[]> polled = poll();
    if (polled.isEmpty()) {
      LockSupport.parkNanos(this, PAUSE_NANOS);
    }
    return polled;
  }

  private synchronized ConsumerRecords<byte[], byte[]> poll() {
    // Ends here if somebody has woken it.
    super.poll(Duration.ZERO);
    for (TopicPartition partition : assignment()) {
      if (lost.contains(partition)) {
        throw new OffsetOutOfRangeException(Map.of(partition, position(partition)));
      }
    }
    Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> polled = new HashMap<>();
    for (TopicPartition partition : assignment()) {
      if (paused().contains(partition)) {
        continue;
      }
      var left = logs.get(partition).tailMap(position(partition), true);
      if (!left.isEmpty()) {
        polled.put(partition, List.copyOf(left.values()));
        super.seek(partition, left.lastKey() + 1);
      }
    }
    return new ConsumerRecords<>(polled, Map.of());
  }

  @Override
  public synchronized void seek(TopicPartition partition, long offset) {
    lost.remove(partition);
    super.seek(partition, offset);
  }

  @Override
  public synchronized void seekToBeginning(java.util.Collection<TopicPartition> partitions) {
    lost.removeAll(partitions);
    super.seekToBeginning(partitions);
  }
}
