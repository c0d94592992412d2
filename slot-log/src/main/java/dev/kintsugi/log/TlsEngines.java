package dev.kintsugi.log;

import java.security.KeyStore;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.apache.kafka.common.security.auth.SslEngineFactory;
import org.jspecify.annotations.Nullable;

/**
 * Makes the engines of Kafka's clients from a {@link LogTls}. Public, with a constructor of no
 * arguments, because Kafka's client makes it by its name; of no use to anybody else. Thread-safe
 * once configured.
 */
public final class TlsEngines implements SslEngineFactory {

  private volatile @Nullable LogTls tls;

  @Override
  public void configure(Map<String, ?> settings) {
    if (!(settings.get(LogTls.SETTING) instanceof LogTls found)) {
      throw new IllegalArgumentException(
          "a Kafka client with these engines must be configured from LogSettings");
    }
    tls = found;
  }

  /**
   * @param endpointIdentification how the peer's name is checked; Kafka's default is {@code https}
   */
  @Override
  public SSLEngine createClientSslEngine(String host, int port, String endpointIdentification) {
    LogTls from = tls;
    if (from == null) {
      throw new IllegalStateException("not configured yet");
    }
    SSLEngine engine = from.context().createSSLEngine(host, port);
    engine.setUseClientMode(true);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm(endpointIdentification);
    from.protocols().ifPresent(all -> parameters.setProtocols(all.toArray(String[]::new)));
    from.ciphers().ifPresent(all -> parameters.setCipherSuites(all.toArray(String[]::new)));
    engine.setSSLParameters(parameters);
    return engine;
  }

  @Override
  public SSLEngine createServerSslEngine(String host, int port) {
    throw new UnsupportedOperationException("these engines are for clients only");
  }

  @Override
  public boolean shouldBeRebuilt(Map<String, Object> settings) {
    return !Objects.equals(settings.get(LogTls.SETTING), tls);
  }

  @Override
  public Set<String> reconfigurableConfigs() {
    return Set.of();
  }

  /** None to show: only servers that are reconfigured ask for it. */
  @Override
  public @Nullable KeyStore keystore() {
    return null;
  }

  /** None to show: only servers that are reconfigured ask for it. */
  @Override
  public @Nullable KeyStore truststore() {
    return null;
  }

  @Override
  public void close() {
    // Nothing is held.
  }
}
