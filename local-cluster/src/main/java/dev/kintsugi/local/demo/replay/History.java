package dev.kintsugi.local.demo.replay;

import dev.kintsugi.local.Secrets;
import dev.kintsugi.local.SuiteException;
import dev.kintsugi.proto.ActivityEvent;
import dev.kintsugi.trace.ActivityTrace;
import dev.kintsugi.trace.TraceUser;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Tells the suite what users did before the replayed window, as its gateways would have: a system
 * that is in use knows its users. Only requests of the window's users, and only of before.
 */
public final class History {

  private static final String TOPIC = "kintsugi.activity";
  private static final String KIND = "message-content.write";
  private static final int DELIVERY_MILLIS = 20_000;

  private final String kafka;

  /**
   * A history for the topic of activity.
   *
   * @param kafka {@code host:port}
   */
  public History(String kafka) {
    this.kafka = kafka;
  }

  /**
   * Tells it.
   *
   * @return how many requests were told
   * @throws SuiteException if Kafka does not take them
   */
  public int tell(ActivityTrace trace, List<TraceUser> users, Instant until) {
    Set<TraceUser> wanted = new HashSet<>(users);
    AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    int told = 0;
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(config(), new ByteArraySerializer(), new ByteArraySerializer())) {
      for (var event : trace.events()) {
        if (!event.at().isBefore(until)) {
          break;
        }
        if (wanted.contains(event.user()) && event.at().toEpochMilli() >= 0) {
          var _ = producer.send(record(event.user(), event.at()), (_, e) -> keep(failure, e));
          told++;
        }
      }
      producer.flush();
    }
    if (failure.get() != null) {
      throw new SuiteException("Kafka does not take the activity before the window", failure.get());
    }
    return told;
  }

  private static void keep(AtomicReference<@Nullable Exception> first, @Nullable Exception one) {
    if (one != null) {
      first.compareAndSet(null, one);
    }
  }

  private static ProducerRecord<byte[], byte[]> record(TraceUser user, Instant at) {
    ActivityEvent event =
        ActivityEvent.newBuilder()
            .setApplication(Secrets.APPLICATION)
            .setUserId(user.name())
            .setKind(KIND)
            .setAtMillis(at.toEpochMilli())
            .build();
    String key = Secrets.APPLICATION + "/" + user.name();
    return new ProducerRecord<>(TOPIC, key.getBytes(StandardCharsets.UTF_8), event.toByteArray());
  }

  private Map<String, Object> config() {
    Map<String, Object> config = new HashMap<>();
    config.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, kafka);
    config.put(ProducerConfig.CLIENT_ID_CONFIG, "demo-history");
    config.put(ProducerConfig.LINGER_MS_CONFIG, 20);
    config.put(ProducerConfig.BATCH_SIZE_CONFIG, 128 * 1024);
    config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 10_000L);
    config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, DELIVERY_MILLIS);
    config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, DELIVERY_MILLIS / 2);
    config.put(ProducerConfig.ENABLE_METRICS_PUSH_CONFIG, false);
    return config;
  }
}
