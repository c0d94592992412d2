package dev.kintsugi.log.activity;

import dev.kintsugi.log.LogSettings;
import dev.kintsugi.log.Topics;
import dev.kintsugi.proto.ActivityEvent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * The topic activity: key = application/user, so that a user's events keep their order. Sends
 * asynchronously in small batches; what Kafka does not take within ten seconds is lost and counted.
 *
 * <p>Makes its producer, with its thread and connections, for the first event: a node whose callers
 * all come through gateways never needs one.
 */
public final class KafkaActivityTopic implements ActivityTopic {

  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(1);

  private final LogSettings settings;
  private final String clientName;
  private final String topic;
  private final AtomicLong lost = new AtomicLong();
  private @Nullable Producer<byte[], byte[]> producer;
  private boolean closed;

  /** The topic that the settings name, which has to be there. */
  public KafkaActivityTopic(LogSettings settings, String clientName) {
    this.settings = settings;
    this.clientName = clientName;
    this.topic = new Topics(settings).activity();
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
    var unused =
        producer()
            .send(
                new ProducerRecord<>(topic, key, encode(activity)),
                (metadata, failure) -> {
                  if (failure != null) {
                    lost.incrementAndGet();
                  }
                });
  }

  private synchronized Producer<byte[], byte[]> producer() {
    if (closed) {
      throw new IllegalStateException("the topic of activity is closed");
    }
    Producer<byte[], byte[]> made = producer;
    if (made == null) {
      made =
          new KafkaProducer<>(
              config(settings, clientName), new ByteArraySerializer(), new ByteArraySerializer());
      producer = made;
    }
    return made;
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

  @Override
  public long lost() {
    return lost.get();
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (producer != null) {
      producer.close(CLOSE_PATIENCE);
    }
  }
}
