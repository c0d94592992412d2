package dev.kintsugi.log;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.CommonClientConfigs;

/**
 * Where the logs are.
 *
 * @param bootstrapServers Kafka's {@code host:port} list
 * @param topicPrefix stands before every topic name; may be empty
 * @param replicationFactor of the topics that a service creates; 1 or greater
 * @param tls of all connections; empty: plain text
 */
public record LogSettings(
    String bootstrapServers, String topicPrefix, short replicationFactor, Optional<LogTls> tls) {

  public LogSettings {
    if (bootstrapServers.isBlank()) {
      throw new IllegalArgumentException("bootstrap servers must name at least one host:port");
    }
    if (replicationFactor < 1) {
      throw new IllegalArgumentException(
          "the replication factor must be 1 or greater, got " + replicationFactor);
    }
  }

  /** In plain text. */
  public LogSettings(String bootstrapServers, String topicPrefix, short replicationFactor) {
    this(bootstrapServers, topicPrefix, replicationFactor, Optional.empty());
  }

  /** The same logs by encrypted connections. */
  public LogSettings over(LogTls encrypted) {
    return new LogSettings(
        bootstrapServers, topicPrefix, replicationFactor, Optional.of(encrypted));
  }

  /** What any Kafka client needs to reach the logs, by Kafka's own names; a copy. */
  public Map<String, Object> clientSettings() {
    Map<String, Object> settings = new HashMap<>();
    settings.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    settings.put(CommonClientConfigs.ENABLE_METRICS_PUSH_CONFIG, false);
    tls.ifPresent(encrypted -> settings.putAll(encrypted.clientSettings()));
    return settings;
  }
}
