package dev.kintsugi.log;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopicCheckTest {

  private static final Map<String, String> TRUTH =
      Map.of(
          "cleanup.policy", "compact",
          "message.timestamp.type", "LogAppendTime",
          "min.compaction.lag.ms", "3600000",
          "min.insync.replicas", "2",
          "unclean.leader.election.enable", "false");

  private static void check(int partitions, int copies, Map<String, String> config) {
    new TopicCheck(new NewTopic("cups", 4, (short) 3).configs(TRUTH))
        .pass(found(partitions, copies), config);
  }

  private static TopicDescription found(int partitions, int copies) {
    List<Node> nodes = IntStream.range(0, copies).mapToObj(id -> new Node(id, "h", 1)).toList();
    List<TopicPartitionInfo> all =
        IntStream.range(0, partitions)
            .mapToObj(id -> new TopicPartitionInfo(id, nodes.getFirst(), nodes, nodes))
            .toList();
    return new TopicDescription("cups", false, all);
  }

  private static Map<String, String> but(String name, String value) {
    Map<String, String> config = new HashMap<>(TRUTH);
    config.put(name, value);
    return config;
  }

  @Test
  void what_is_as_wanted_or_stronger_passes() {
    assertThatCode(() -> check(4, 3, TRUTH)).doesNotThrowAnyException();
    assertThatCode(() -> check(4, 5, but("min.insync.replicas", "3"))).doesNotThrowAnyException();
    assertThatCode(() -> check(4, 3, but("min.compaction.lag.ms", "9223372036854775807")))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({
    "min.insync.replicas, 1, min.insync.replicas=2",
    "unclean.leader.election.enable, true, unclean.leader.election.enable=false",
    "cleanup.policy, delete, cleanup.policy=compact",
    "cleanup.policy, 'compact,delete', cleanup.policy=compact",
    "message.timestamp.type, CreateTime, message.timestamp.type=LogAppendTime",
    "min.compaction.lag.ms, 0, min.compaction.lag.ms=3600000"
  })
  void a_weaker_setting_is_refused_with_the_command_that_mends_it(
      String name, String value, String command) {
    assertThatThrownBy(() -> check(4, 3, but(name, value)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("--entity-name cups --add-config " + command);
  }

  @Test
  void too_few_copies_are_refused_with_both_ways_out() {
    assertThatThrownBy(() -> check(4, 1, TRUTH))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("1 of 3 copies")
        .hasMessageContaining("kafka-reassign-partitions.sh")
        .hasMessageContaining("kintsugi.cluster.kafka.replication-factor to 1");
  }

  @Test
  void everything_that_is_wrong_is_named_at_once() {
    assertThatThrownBy(() -> check(4, 1, Map.of()))
        .hasMessageContaining("1 of 3 copies")
        .hasMessageContaining("min.insync.replicas=2,min.compaction.lag.ms=3600000,");
  }

  @Test
  void another_number_of_partitions_is_refused() {
    assertThatThrownBy(() -> check(5, 3, TRUTH)).hasMessageContaining("never changes");
  }

  @Test
  void a_topic_that_holds_no_truth_may_be_set_otherwise() {
    NewTopic activity = new NewTopic("cups", 4, (short) 3).configs(Map.of("retention.ms", "1000"));
    assertThatCode(() -> new TopicCheck(activity).pass(found(4, 1), Map.of()))
        .doesNotThrowAnyException();
  }
}
