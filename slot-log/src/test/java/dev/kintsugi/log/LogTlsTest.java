package dev.kintsugi.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.Test;

class LogTlsTest {

  private static final LogSettings PLAIN = new LogSettings("127.0.0.1:1", "k.", (short) 1);

  private static LogTls tls(Optional<List<String>> protocols, Optional<List<String>> ciphers)
      throws Exception {
    return new LogTls(SSLContext.getDefault(), protocols, ciphers);
  }

  private static SSLEngine engine(LogTls tls) {
    try (TlsEngines engines = new TlsEngines()) {
      engines.configure(PLAIN.over(tls).clientSettings());
      return engines.createClientSslEngine("kafka.example", 9093, "https");
    }
  }

  @Test
  void plain_text_says_nothing_of_security() {
    assertThat(ClientDefaults.connection(PLAIN))
        .doesNotContainKeys("security.protocol", "ssl.engine.factory.class", LogTls.SETTING);
  }

  @Test
  void every_client_is_told_to_encrypt() throws Exception {
    LogTls tls = tls(Optional.empty(), Optional.empty());
    assertThat(ClientDefaults.connection(PLAIN.over(tls)))
        .containsEntry("security.protocol", "SSL")
        .containsEntry("ssl.engine.factory.class", TlsEngines.class)
        .containsEntry(LogTls.SETTING, tls)
        .containsEntry("bootstrap.servers", "127.0.0.1:1");
  }

  @Test
  void an_engine_is_a_client_that_checks_the_name_of_its_peer() throws Exception {
    SSLEngine engine = engine(tls(Optional.empty(), Optional.empty()));
    assertThat(engine.getUseClientMode()).isTrue();
    assertThat(engine.getPeerHost()).isEqualTo("kafka.example");
    assertThat(engine.getSSLParameters().getEndpointIdentificationAlgorithm()).isEqualTo("https");
  }

  @Test
  void protocols_and_ciphers_are_the_ones_named() throws Exception {
    SSLEngine engine =
        engine(
            tls(Optional.of(List.of("TLSv1.3")), Optional.of(List.of("TLS_AES_256_GCM_SHA384"))));
    assertThat(engine.getEnabledProtocols()).containsExactly("TLSv1.3");
    assertThat(engine.getEnabledCipherSuites()).containsExactly("TLS_AES_256_GCM_SHA384");
  }

  @Test
  void engines_without_settings_of_ours_are_refused() {
    try (TlsEngines engines = new TlsEngines()) {
      assertThatThrownBy(() -> engines.configure(Map.of()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("LogSettings");
      assertThatThrownBy(() -> engines.createClientSslEngine("x", 1, "https"))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> engines.createServerSslEngine("x", 1))
          .isInstanceOf(UnsupportedOperationException.class);
    }
  }
}
