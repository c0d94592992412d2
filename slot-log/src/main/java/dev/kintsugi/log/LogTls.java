package dev.kintsugi.log;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.security.auth.SecurityProtocol;

/**
 * How connections to Kafka are encrypted. The broker's certificate must name the host that was
 * asked for. Immutable; shared by all clients of a process.
 *
 * @param context whom to trust, and what to show to brokers that ask for a certificate
 * @param protocols that may be spoken; empty: the context's own choice
 * @param ciphers that may be used; empty: the context's own choice
 */
public record LogTls(
    SSLContext context, Optional<List<String>> protocols, Optional<List<String>> ciphers) {

  /** Where {@link TlsEngines} finds this among a client's settings. */
  static final String SETTING = "kintsugi.log.tls";

  public LogTls {
    protocols = protocols.map(List::copyOf);
    ciphers = ciphers.map(List::copyOf);
  }

  Map<String, Object> clientSettings() {
    return Map.of(
        CommonClientConfigs.SECURITY_PROTOCOL_CONFIG,
        SecurityProtocol.SSL.name,
        SslConfigs.SSL_ENGINE_FACTORY_CLASS_CONFIG,
        TlsEngines.class,
        SETTING,
        this);
  }
}
