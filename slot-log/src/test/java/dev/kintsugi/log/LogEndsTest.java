package dev.kintsugi.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LogEndsTest {

  private static final TopicPartition PARTITION = new TopicPartition("log", 0);

  private boolean silent;
  private final MockConsumer<byte[], byte[]> consumer =
      new MockConsumer<>("none") {
        @Override
        public synchronized Map<TopicPartition, Long> endOffsets(
            java.util.Collection<TopicPartition> partitions, Duration timeout) {
          if (silent) {
            throw new TimeoutException("as the test wants it");
          }
          return super.endOffsets(partitions, timeout);
        }
      };
  private final LogEnds ends = new LogEnds(consumer, 0);
  private final List<TopicPartition> reached = new ArrayList<>();

  @BeforeEach
  void assign() {
    consumer.assign(Set.of(PARTITION));
    consumer.updateEndOffsets(Map.of(PARTITION, 5L));
  }

  private void ask() {
    ends.askIfDue(Set.of(PARTITION), System.nanoTime());
  }

  private List<TopicPartition> reachedAt(long position) {
    consumer.seek(PARTITION, position);
    reached.clear();
    ends.reached((partition, asked) -> reached.add(partition));
    return reached;
  }

  @Test
  void an_end_counts_as_reached_once_everything_before_it_was_read() {
    ask();
    assertThat(reachedAt(4)).isEmpty();
    assertThat(reachedAt(5)).containsExactly(PARTITION);
  }

  @Test
  void an_end_is_told_of_once() {
    ask();
    assertThat(reachedAt(5)).hasSize(1);
    assertThat(reachedAt(6)).isEmpty();
  }

  @Test
  void nothing_is_reached_while_kafka_is_silent_however_far_was_read() {
    silent = true;
    ask();
    assertThat(reachedAt(5)).isEmpty();
    silent = false;
    ask();
    assertThat(reachedAt(5)).containsExactly(PARTITION);
  }

  @Test
  void an_end_counts_from_the_moment_before_it_was_asked_for() {
    long before = System.nanoTime();
    ask();
    long after = System.nanoTime();
    consumer.seek(PARTITION, 5);
    ends.reached((partition, asked) -> assertThat(asked.nanos()).isBetween(before, after));
  }

  @Test
  void a_partition_that_is_read_anew_has_reached_nothing() {
    ask();
    ends.forget(PARTITION);
    assertThat(reachedAt(5)).isEmpty();
  }
}
