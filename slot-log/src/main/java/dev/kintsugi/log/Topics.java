package dev.kintsugi.log;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.Areas;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** The names and settings of the topics, and their creation. Thread-safe. */
public final class Topics {

  /** The partitions of the topic node-leases; nodes share them by hash where there are more. */
  public static final int LEASE_PARTITIONS = 8;

  /** The partitions of the topics activity and activity-models: users are divided by them. */
  public static final int ACTIVITY_PARTITIONS = 8;

  /** For how long at least the topics of the areas and of the shard map keep every record. */
  public static final Duration COMPACTION_LAG = Duration.ofHours(1);

  private static final Duration LEASE_RETENTION = Duration.ofHours(1);
  private static final Duration ACTIVITY_RETENTION = Duration.ofDays(7);

  /** For how long the topic revocations keeps every record; whoever starts reads them all. */
  public static final Duration REVOCATION_RETENTION = Duration.ofHours(1);

  private static final Duration REVOCATION_SEGMENT = Duration.ofMinutes(10);
  private static final String TIMESTAMPS = "message.timestamp.type";
  private static final String LOG_APPEND_TIME = "LogAppendTime";

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

  /** What was learned from activity, partition by partition. */
  public String activityModels() {
    return settings.topicPrefix() + "activity-models";
  }

  /** What grants have come to an end; one partition. */
  public String revocations() {
    return settings.topicPrefix() + "revocations";
  }

  /**
   * Creates what is missing of all topics and checks the rest. Blocks until the topics are there.
   *
   * @throws IllegalStateException if the areas have so many slots that no shard map could be
   *     written (then nothing is created), if a topic exists with another number of partitions (the
   *     number of slots never changes, so the configuration is wrong), or holds truth with fewer
   *     copies or weaker settings than promised, or cannot have so many copies; says what to do
   * @throws LogUnavailableException if Kafka does not answer within {@code patience}
   */
  public void ensure(Areas areas, Duration patience) {
    TableSize.check(areas);
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
    wanted.add(leases());
    wanted.add(activities());
    wanted.add(models());
    wanted.add(endedGrants());
    return wanted;
  }

  private NewTopic compacted(String name, int partitions) {
    return truth(
        name,
        partitions,
        Map.of(
            "cleanup.policy",
            "compact",
            "min.compaction.lag.ms",
            Long.toString(COMPACTION_LAG.toMillis())));
  }

  private NewTopic leases() {
    return truth(nodeLeases(), LEASE_PARTITIONS, deletedAfter(LEASE_RETENTION));
  }

  /** In short segments: only whole ones are deleted, and whoever starts reads what is left. */
  private NewTopic endedGrants() {
    Map<String, String> config = new HashMap<>(deletedAfter(REVOCATION_RETENTION));
    config.put("segment.ms", Long.toString(REVOCATION_SEGMENT.toMillis()));
    return truth(revocations(), 1, config);
  }

  private NewTopic activities() {
    Map<String, String> config = new HashMap<>(deletedAfter(ACTIVITY_RETENTION));
    config.put(TIMESTAMPS, LOG_APPEND_TIME);
    return topic(activity(), ACTIVITY_PARTITIONS).configs(config);
  }

  /** Whoever gets a share of the users reads all of its partition: it is kept short. */
  private NewTopic models() {
    return topic(activityModels(), ACTIVITY_PARTITIONS)
        .configs(
            Map.of(
                "cleanup.policy",
                "compact",
                "segment.ms",
                Long.toString(Duration.ofMinutes(10).toMillis()),
                "min.cleanable.dirty.ratio",
                "0.3"));
  }

  private static Map<String, String> deletedAfter(Duration retention) {
    return Map.of("cleanup.policy", "delete", "retention.ms", Long.toString(retention.toMillis()));
  }

  /**
   * A topic whose records decide. What it acknowledges is on two brokers at least, where there are
   * two, and none that has missed a record may lead it: else the loss of one broker could undo what
   * was acknowledged, or show what was refused.
   */
  private NewTopic truth(String name, int partitions, Map<String, String> cleanup) {
    Map<String, String> config = new HashMap<>(cleanup);
    config.put(TIMESTAMPS, LOG_APPEND_TIME);
    config.put(TopicCheck.MIN_IN_SYNC, Integer.toString(Math.min(2, settings.replicationFactor())));
    config.put(TopicCheck.UNCLEAN_ELECTION, "false");
    return topic(name, partitions).configs(config);
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
          new TopicCheck(wanted).pass(found, configOf(admin, wanted.name(), deadlineNanos));
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

  /** The settings that are in force, be they the topic's own or the broker's. */
  private static Map<String, String> configOf(Admin admin, String topic, long deadlineNanos) {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    Map<String, String> config = new HashMap<>();
    await(admin.describeConfigs(List.of(resource)).all(), deadlineNanos).values().stream()
        .map(Config::entries)
        .flatMap(Collection::stream)
        .filter(entry -> entry.value() != null)
        .forEach(entry -> config.put(entry.name(), entry.value()));
    return config;
  }

  private static void create(Admin admin, NewTopic wanted, long deadlineNanos) {
    try {
      await(admin.createTopics(List.of(wanted)).all(), deadlineNanos);
    } catch (TopicExistsException e) {
      // Another service was faster.
    } catch (InvalidReplicationFactorException e) {
      throw new IllegalStateException(
          "topic %s cannot have %d copies (%s); start as many brokers, or set %s to what there is"
              .formatted(
                  wanted.name(),
                  wanted.replicationFactor(),
                  e.getMessage(),
                  TopicCheck.REPLICATION_SETTING),
          e);
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
