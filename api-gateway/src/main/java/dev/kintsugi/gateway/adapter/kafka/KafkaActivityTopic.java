package dev.kintsugi.gateway.adapter.kafka;

import dev.kintsugi.gateway.domain.Activity;
import dev.kintsugi.gateway.runtime.ActivityTopic;
import dev.kintsugi.log.LogSettings;
import dev.kintsugi.log.Topics;
import dev.kintsugi.proto.ActivityEvent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The topic activity: key = application/user, so that a user's events keep their order. Sends
 * asynchronously in small batches; what Kafka does not take within ten seconds is lost and counted.
 */
public final class KafkaActivityTopic implements ActivityTopic {

  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(1);

  private final KafkaProducer<byte[], byte[]> producer;
  private final String topic;
  private final AtomicLong lost = new AtomicLong();

  public KafkaActivityTopic(LogSettings settings, String clientName) {
    this.topic = new Topics(settings).activity();
    this.producer =
        new KafkaProducer<>(
            config(settings, clientName), new ByteArraySerializer(), new ByteArraySerializer());
  }

  private static Map<String, Object> config(LogSettings settings, String clientName) {
    Map<String, Object> config = settings.clientSettings();
    config.put(ProducerConfig.CLIENT_ID_CONFIG, clientName);
    // Forecasts look minutes ahead; a batch each quarter of a second spares the broker.
    config.put(ProducerConfig.LINGER_MS_CONFIG, 250);
    config.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 4L * 1024 * 1024);
    config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 1_000L);
    config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
    config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 10_000);
    return config;
  }

  @Override
  public void send(Activity activity) {
    byte[] key = activity.key().getBytes(StandardCharsets.UTF_8);
    var _ =
        producer.send(
            new ProducerRecord<>(topic, key, encode(activity)),
            (_, failure) -> {
              if (failure != null) {
                lost.incrementAndGet();
              }
            });
  }

  static byte[] encode(Activity activity) {
    return ActivityEvent.newBuilder()
        .setApplication(activity.application().value())
        .setUserId(activity.user().value())
        .setKind(activity.kind())
        .setAtMillis(activity.at().toEpochMilli())
        .build()
        .toByteArray();
  }

  /** Events that were handed to Kafka's client but never acknowledged. */
  public long lost() {
    return lost.get();
  }

  @Override
  public void close() {
    producer.close(CLOSE_PATIENCE);
  }
}
