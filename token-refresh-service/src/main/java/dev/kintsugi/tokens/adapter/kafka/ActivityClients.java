package dev.kintsugi.tokens.adapter.kafka;

import dev.kintsugi.log.LogSettings;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The ways to the topics of activity and models. What they make is for one thread. */
interface ActivityClients {

  /** A member of the group that shares the activity. */
  Consumer<byte[], byte[]> group();

  /** Of no group. */
  Consumer<byte[], byte[]> reader();

  Producer<byte[], byte[]> producer();

  /** Clients of Kafka's own. */
  static ActivityClients of(LogSettings settings) {
    return new ActivityClients() {
      @Override
      public Consumer<byte[], byte[]> group() {
        Map<String, Object> config = consumer(settings);
        config.put(ConsumerConfig.GROUP_ID_CONFIG, settings.topicPrefix() + "token-service");
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put(
            ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
            CooperativeStickyAssignor.class.getName());
        // An instance that is gone is noticed in seconds: its share is renewed by others meanwhile.
        config.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 10_000);
        config.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 3_000);
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 2_000);
        return consumer(config);
      }

      @Override
      public Consumer<byte[], byte[]> reader() {
        Map<String, Object> config = consumer(settings);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        return consumer(config);
      }

      @Override
      public Producer<byte[], byte[]> producer() {
        Map<String, Object> config = new HashMap<>(settings.clientSettings());
        config.put(ProducerConfig.CLIENT_ID_CONFIG, "token-service-models");
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.LINGER_MS_CONFIG, 20);
        config.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 8L * 1024 * 1024);
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 5_000L);
        config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
        config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 8_000);
        return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
      }
    };
  }

  private static Map<String, Object> consumer(LogSettings settings) {
    Map<String, Object> config = new HashMap<>(settings.clientSettings());
    config.put(ConsumerConfig.CLIENT_ID_CONFIG, "token-service-activity");
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    config.put(ConsumerConfig.METADATA_MAX_AGE_CONFIG, 5_000L);
    config.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 10_000);
    config.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, 8_000);
    return config;
  }

  private static Consumer<byte[], byte[]> consumer(Map<String, Object> config) {
    return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }
}
