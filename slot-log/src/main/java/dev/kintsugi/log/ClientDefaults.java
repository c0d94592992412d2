package dev.kintsugi.log;

import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;

/** What every Kafka client of ours is configured with. */
final class ClientDefaults {

  private ClientDefaults() {}

  /** Short back-offs: a broker that comes back should be found within tenths of a second. */
  static Map<String, Object> connection(LogSettings settings) {
    Map<String, Object> connection = settings.clientSettings();
    connection.putAll(
        Map.of(
            CommonClientConfigs.RECONNECT_BACKOFF_MS_CONFIG, 20L,
            CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, 250L,
            CommonClientConfigs.RETRY_BACKOFF_MS_CONFIG, 20L,
            CommonClientConfigs.RETRY_BACKOFF_MAX_MS_CONFIG, 250L,
            CommonClientConfigs.SOCKET_CONNECTION_SETUP_TIMEOUT_MS_CONFIG, 1_000L));
    return connection;
  }
}
