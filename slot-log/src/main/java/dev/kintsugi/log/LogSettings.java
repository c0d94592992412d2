package dev.kintsugi.log;

/**
 * Where the logs are.
 *
 * @param bootstrapServers Kafka's {@code host:port} list
 * @param topicPrefix stands before every topic name; may be empty
 * @param replicationFactor of the topics that a service creates; 1 or greater
 */
public record LogSettings(String bootstrapServers, String topicPrefix, short replicationFactor) {

  public LogSettings {
    if (bootstrapServers.isBlank()) {
      throw new IllegalArgumentException("bootstrap servers must name at least one host:port");
    }
    if (replicationFactor < 1) {
      throw new IllegalArgumentException(
          "the replication factor must be 1 or greater, got " + replicationFactor);
    }
  }
}
