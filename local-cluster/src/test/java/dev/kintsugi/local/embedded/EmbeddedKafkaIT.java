package dev.kintsugi.local.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

final class EmbeddedKafkaIT {

  private static final TopicPartition TOPIC = new TopicPartition("cups", 0);

  @Test
  void records_survive_a_kill_and_a_stop() throws Exception {
    try (var kafka = EmbeddedKafka.start()) {
      try (var admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
        admin.createTopics(List.of(new NewTopic(TOPIC.topic(), 1, (short) 1))).all().get();
      }
      append(kafka, "first");
      kafka.kill();
      kafka.restart();
      append(kafka, "second");
      kafka.stop();
      kafka.restart();
      assertThat(read(kafka, 2)).containsExactly("first", "second");
    }
  }

  @Test
  void a_topic_that_nobody_made_does_not_appear() {
    try (var kafka = EmbeddedKafka.start()) {
      assertThatThrownBy(() -> append(kafka, "lost")).hasMessageContaining("cups");
    }
  }

  @Test
  void a_bad_setting_is_reported_with_what_the_broker_said() {
    assertThatThrownBy(() -> EmbeddedKafka.start(Map.of("num.io.threads", "none")))
        .hasMessageContaining("Kafka did not start")
        .hasMessageContaining("num.io.threads");
  }

  @Test
  void close_leaves_no_file_and_no_listener() {
    var kafka = EmbeddedKafka.start();
    int port = Integer.parseInt(kafka.bootstrapServers().split(":", -1)[1]);
    kafka.close();
    assertThat(Files.exists(kafka.log().getParent())).isFalse();
    assertThat(KafkaProbe.isReady(port)).isFalse();
  }

  private static void append(EmbeddedKafka kafka, String value) throws Exception {
    Map<String, Object> settings =
        Map.of("bootstrap.servers", kafka.bootstrapServers(), "max.block.ms", 3_000);
    try (var producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
      producer.send(new ProducerRecord<>(TOPIC.topic(), bytes)).get(20, TimeUnit.SECONDS);
    }
  }

  private static List<String> read(EmbeddedKafka kafka, int count) {
    Map<String, Object> settings = Map.of("bootstrap.servers", kafka.bootstrapServers());
    try (var consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(List.of(TOPIC));
      consumer.seekToBeginning(List.of(TOPIC));
      var values = new ArrayList<String>();
      long start = System.nanoTime();
      while (values.size() < count && System.nanoTime() - start < 20_000_000_000L) {
        consumer
            .poll(Duration.ofMillis(200))
            .forEach(record -> values.add(new String(record.value(), StandardCharsets.UTF_8)));
      }
      return values;
    }
  }
}
