package dev.kintsugi.log;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.Areas;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** The names and settings of the topics, and their creation. Thread-safe. */
public final class Topics {

  /** The partitions of the topic node-leases; nodes share them by hash where there are more. */
  public static final int LEASE_PARTITIONS = 8;

  private static final int ACTIVITY_PARTITIONS = 8;
  private static final Duration COMPACTION_LAG = Duration.ofHours(1);

  private final LogSettings settings;

  public Topics(LogSettings settings) {
    this.settings = settings;
  }

  public String area(Area area) {
    return settings.topicPrefix() + "area." + area;
  }

  public String nodeLeases() {
    return settings.topicPrefix() + "node-leases";
  }

  public String shardMap() {
    return settings.topicPrefix() + "shard-map";
  }

  public String activity() {
    return settings.topicPrefix() + "activity";
  }

  /**
   * Creates what is missing of all topics and checks the rest. Blocks until the topics are there.
   *
   * @throws IllegalStateException if a topic exists with another number of partitions: the number
   *     of slots never changes, so the configuration is wrong
   * @throws LogUnavailableException if Kafka does not answer within {@code patience}
   */
  public void ensure(Areas areas, Duration patience) {
    Map<String, Object> config = new HashMap<>(ClientDefaults.connection(settings));
    config.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) patience.toMillis());
    config.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) patience.toMillis());
    long deadline = System.nanoTime() + patience.toNanos();
    try (Admin admin = Admin.create(config)) {
      for (NewTopic wanted : wanted(areas)) {
        ensure(admin, wanted, deadline);
      }
    }
  }

  private List<NewTopic> wanted(Areas areas) {
    List<NewTopic> wanted = new ArrayList<>();
    for (AreaPolicy policy : areas.all()) {
      wanted.add(compacted(area(policy.area()), policy.slots()));
    }
    wanted.add(compacted(shardMap(), 1));
    wanted.add(deleted(nodeLeases(), LEASE_PARTITIONS, Duration.ofHours(1)));
    wanted.add(deleted(activity(), ACTIVITY_PARTITIONS, Duration.ofDays(7)));
    return wanted;
  }

  private NewTopic compacted(String name, int partitions) {
    return topic(name, partitions)
        .configs(
            Map.of(
                "cleanup.policy", "compact",
                "message.timestamp.type", "LogAppendTime",
                "min.compaction.lag.ms", Long.toString(COMPACTION_LAG.toMillis())));
  }

  private NewTopic deleted(String name, int partitions, Duration retention) {
    return topic(name, partitions)
        .configs(
            Map.of(
                "cleanup.policy", "delete",
                "message.timestamp.type", "LogAppendTime",
                "retention.ms", Long.toString(retention.toMillis())));
  }

  private NewTopic topic(String name, int partitions) {
    return new NewTopic(name, partitions, settings.replicationFactor());
  }

  private static void ensure(Admin admin, NewTopic wanted, long deadlineNanos) {
    while (true) {
      try {
        TopicDescription found =
            await(admin.describeTopics(List.of(wanted.name())).allTopicNames(), deadlineNanos)
                .get(wanted.name());
        if (found != null) {
          check(wanted, found.partitions().size());
          return;
        }
      } catch (UnknownTopicOrPartitionException e) {
        create(admin, wanted, deadlineNanos);
      }
      if (System.nanoTime() - deadlineNanos >= 0) {
        throw new LogUnavailableException("topic " + wanted.name() + " did not appear in time");
      }
    }
  }

  private static void check(NewTopic wanted, int partitions) {
    if (partitions != wanted.numPartitions()) {
      throw new IllegalStateException(
          "topic %s has %d partitions but the configuration says %d; the number of slots never changes"
              .formatted(wanted.name(), partitions, wanted.numPartitions()));
    }
  }

  private static void create(Admin admin, NewTopic wanted, long deadlineNanos) {
    try {
      await(admin.createTopics(List.of(wanted)).all(), deadlineNanos);
    } catch (TopicExistsException e) {
      // Another service was faster.
    }
  }

  private static <T> T await(org.apache.kafka.common.KafkaFuture<T> future, long deadlineNanos) {
    try {
      return future.get(Math.max(1, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new LogUnavailableException("Kafka refused: " + e.getMessage(), e);
    } catch (TimeoutException e) {
      throw new LogUnavailableException("Kafka did not answer in time", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LogUnavailableException("interrupted while waiting for Kafka", e);
    }
  }
}
