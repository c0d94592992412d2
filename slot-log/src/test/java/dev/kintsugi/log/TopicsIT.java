package dev.kintsugi.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.Areas;
import dev.kintsugi.local.embedded.EmbeddedKafka;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Topics on a real broker whose own defaults are weaker than what we promise. */
class TopicsIT {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Areas AREAS = Areas.of(List.of(new AreaPolicy(Area.SESSION, 2, 2, 1_000)));

  private static EmbeddedKafka kafka;
  private static Admin admin;

  @BeforeAll
  static void start() {
    kafka = EmbeddedKafka.start(Map.of("unclean.leader.election.enable", "true"));
    admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
  }

  @AfterAll
  static void stop() {
    admin.close();
    kafka.close();
  }

  private static LogSettings settings(String prefix, int copies) {
    return new LogSettings(kafka.bootstrapServers(), prefix, (short) copies);
  }

  private static Config configOf(String topic) throws Exception {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    return admin.describeConfigs(List.of(resource)).all().get().get(resource);
  }

  private static ConfigEntry.ConfigSource sourceOf(String topic, String name) throws Exception {
    return configOf(topic).get(name).source();
  }

  @Test
  void topics_that_hold_truth_say_themselves_how_many_brokers_must_have_a_record()
      throws Exception {
    Topics topics = new Topics(settings("fresh.", 1));
    topics.ensure(AREAS, PATIENCE);
    topics.ensure(AREAS, PATIENCE);
    for (String topic :
        List.of(topics.area(Area.SESSION), topics.shardMap(), topics.nodeLeases())) {
      Config config = configOf(topic);
      assertThat(config.get("min.insync.replicas").value()).as(topic).isEqualTo("1");
      assertThat(config.get("unclean.leader.election.enable").value()).as(topic).isEqualTo("false");
      assertThat(config.get("message.timestamp.type").value()).isEqualTo("LogAppendTime");
      assertThat(sourceOf(topic, "min.insync.replicas"))
          .as(topic)
          .isEqualTo(ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG);
    }
    assertThat(configOf(topics.nodeLeases()).get("cleanup.policy").value()).isEqualTo("delete");
    assertThat(configOf(topics.shardMap()).get("cleanup.policy").value()).isEqualTo("compact");
  }

  @Test
  void a_topic_made_by_somebody_else_with_weaker_settings_is_refused() throws Exception {
    Topics topics = new Topics(settings("foreign.", 1));
    String area = topics.area(Area.SESSION);
    admin.createTopics(List.of(new NewTopic(area, 2, (short) 1))).all().get();
    assertThatThrownBy(() -> topics.ensure(AREAS, PATIENCE))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("--entity-name " + area)
        .hasMessageContaining("cleanup.policy=compact")
        .hasMessageContaining("unclean.leader.election.enable=false");
  }

  @Test
  void topics_that_were_made_with_fewer_copies_are_refused_later() {
    new Topics(settings("grown.", 1)).ensure(AREAS, PATIENCE);
    assertThatThrownBy(() -> new Topics(settings("grown.", 3)).ensure(AREAS, PATIENCE))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("1 of 3 copies")
        .hasMessageContaining("min.insync.replicas=2");
  }

  @Test
  void more_copies_than_brokers_are_refused_with_the_setting_to_change() {
    assertThatThrownBy(() -> new Topics(settings("many.", 3)).ensure(AREAS, PATIENCE))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("cannot have 3 copies")
        .hasMessageContaining("kintsugi.cluster.kafka.replication-factor");
  }

  @Test
  void a_record_larger_than_kafka_takes_is_refused_for_certain_and_the_writer_goes_on()
      throws Exception {
    Topics topics = new Topics(settings("large.", 1));
    topics.ensure(AREAS, PATIENCE);
    LogPartition partition = new LogPartition(topics.shardMap(), 0);
    try (LogWriter writer = new LogWriter(settings("large.", 1), "writer", PATIENCE)) {
      byte[] key = "map".getBytes(StandardCharsets.UTF_8);
      CompletableFuture<Long> tooLarge =
          writer.append(partition, key, Map.of(), Optional.of(new byte[1 << 20]));
      assertThatThrownBy(() -> tooLarge.get(20, TimeUnit.SECONDS))
          .satisfies(failure -> assertThat(LogWriter.isTooLarge(failure)).isTrue());
      byte[] largest = new byte[LogWriter.LARGEST_VALUE];
      assertThat(
              writer
                  .append(partition, key, Map.of(), Optional.of(largest))
                  .get(20, TimeUnit.SECONDS))
          .as("nothing was there before")
          .isZero();

      AlterConfigOp lower =
          new AlterConfigOp(
              new ConfigEntry("max.message.bytes", "50000"), AlterConfigOp.OpType.SET);
      ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, topics.shardMap());
      admin.incrementalAlterConfigs(Map.of(topic, List.of(lower))).all().get();
      CompletableFuture<Long> byBroker =
          writer.append(partition, key, Map.of(), Optional.of(largest));
      assertThatThrownBy(() -> byBroker.get(20, TimeUnit.SECONDS))
          .satisfies(failure -> assertThat(LogWriter.isTooLarge(failure)).isTrue());
      assertThat(
              writer
                  .append(partition, key, Map.of(), Optional.of(new byte[] {1}))
                  .get(20, TimeUnit.SECONDS))
          .isEqualTo(1);
    }
  }
}
