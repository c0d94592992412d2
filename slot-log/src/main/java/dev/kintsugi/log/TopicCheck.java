package dev.kintsugi.log;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.jspecify.annotations.Nullable;

/**
 * Whether a topic that exists keeps what a topic of ours promises. More copies, more of them in
 * sync and a longer compaction lag than wanted are fine.
 */
record TopicCheck(NewTopic wanted) {

  static final String MIN_IN_SYNC = "min.insync.replicas";
  static final String UNCLEAN_ELECTION = "unclean.leader.election.enable";
  static final String REPLICATION_SETTING = "kintsugi.cluster.kafka.replication-factor";

  private static final List<String> AT_LEAST = List.of(MIN_IN_SYNC, "min.compaction.lag.ms");
  private static final List<String> EXACTLY =
      List.of("cleanup.policy", "message.timestamp.type", UNCLEAN_ELECTION);

  /**
   * Returns if all is well.
   *
   * @throws IllegalStateException if not; names everything that is wrong and what to do about it
   */
  void pass(TopicDescription found, Map<String, String> config) {
    int partitions = found.partitions().size();
    if (partitions != wanted.numPartitions()) {
      throw new IllegalStateException(
          "topic %s has %d partitions but the configuration says %d; the number of slots never changes"
              .formatted(wanted.name(), partitions, wanted.numPartitions()));
    }
    if (!wanted.configs().containsKey(MIN_IN_SYNC)) {
      return; // It holds no truth; whoever runs Kafka may set it as they like.
    }
    List<String> wrong = new ArrayList<>();
    int copies = found.partitions().stream().mapToInt(it -> it.replicas().size()).min().orElse(0);
    if (copies < wanted.replicationFactor()) {
      wrong.add(
          "it has %d of %d copies: give it more with kafka-reassign-partitions.sh, or set %s to %d if that is meant"
              .formatted(copies, wanted.replicationFactor(), REPLICATION_SETTING, copies));
    }
    List<String> settings = wrongSettings(config);
    if (!settings.isEmpty()) {
      wrong.add(
          "its settings do not keep what is promised: kafka-configs.sh --bootstrap-server HOST:PORT --alter --entity-type topics --entity-name %s --add-config %s"
              .formatted(wanted.name(), String.join(",", settings)));
    }
    if (!wrong.isEmpty()) {
      throw new IllegalStateException(
          "topic %s would not keep what is acknowledged; %s"
              .formatted(wanted.name(), String.join("; ", wrong)));
    }
  }

  /** What has to be set, in the words of Kafka's tool. */
  private List<String> wrongSettings(Map<String, String> config) {
    List<String> settings = new ArrayList<>();
    for (String name : AT_LEAST) {
      String least = wanted.configs().get(name);
      if (least != null && number(config.get(name)) < Long.parseLong(least)) {
        settings.add(name + '=' + least);
      }
    }
    for (String name : EXACTLY) {
      String value = wanted.configs().get(name);
      if (value != null && !value.equals(config.get(name))) {
        settings.add(name + '=' + value);
      }
    }
    return settings;
  }

  private static long number(@Nullable String text) {
    return text == null ? -1 : Long.parseLong(text);
  }
}
