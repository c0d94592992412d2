package dev.kintsugi.gateway.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.kintsugi.client.AttemptFailedException;
import dev.kintsugi.client.AttemptFailedException.Kind;
import dev.kintsugi.client.NodeAnswer;
import dev.kintsugi.client.ShardRequest;
import dev.kintsugi.core.Area;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.gateway.adapter.nodes.NettyTransport;
import dev.kintsugi.kit.NamedBundle;
import dev.kintsugi.kit.TestCertificates;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundleKey;
import org.springframework.boot.ssl.SslStoreBundle;
import reactor.netty.resources.LoopResources;

/** Nodes behind TLS, called through the deployment's SSL bundle. */
@Timeout(60)
class NodeTlsTest {

  @Test
  void a_node_must_show_a_certificate_that_is_trusted_for_its_name(@TempDir Path directory)
      throws Exception {
    SslBundle bundle = bundle(TestCertificates.make(directory, "node"));
    NamedBundle.Found found =
        new NamedBundle.Found(
            bundle, bundle.createSslContext(), Optional.empty(), Optional.empty());
    LoopResources loops = LoopResources.create("tls", 1, true);
    HttpsServer node = HttpsServer.create(new InetSocketAddress("0.0.0.0", 0), 0);
    node.setHttpsConfigurator(new HttpsConfigurator(found.context()));
    node.createContext("/", exchange -> exchange.sendResponseHeaders(204, -1));
    node.start();
    try (NettyTransport trusting = transport(loops, Optional.of(found));
        NettyTransport stranger = transport(loops, Optional.empty())) {
      int port = node.getAddress().getPort();
      assertThat(get(trusting, "127.0.0.1", port).get().status()).isEqualTo(204);
      assertUnreached(get(trusting, "127.0.0.2", port));
      assertUnreached(get(stranger, "127.0.0.1", port));
    } finally {
      node.stop(0);
      loops.disposeLater(Duration.ZERO, Duration.ofSeconds(5)).block();
    }
  }

  private static NettyTransport transport(LoopResources loops, Optional<NamedBundle.Found> found) {
    return new NettyTransport(
        loops.onServer(LoopResources.DEFAULT_NATIVE),
        10,
        Duration.ofSeconds(1),
        found.map(GatewayWiring::tls));
  }

  private static CompletableFuture<NodeAnswer> get(
      NettyTransport transport, String host, int port) {
    return transport.send(
        URI.create("https://" + host + ":" + port),
        ShardRequest.to(new SlotId(Area.SESSION, 0), "GET", "/v1/x").build(),
        1000);
  }

  private static void assertUnreached(CompletableFuture<NodeAnswer> answer) {
    assertThatThrownBy(answer::get)
        .cause()
        .isInstanceOfSatisfying(
            AttemptFailedException.class,
            failed -> assertThat(failed.kind()).isEqualTo(Kind.UNREACHED));
  }

  private static SslBundle bundle(TestCertificates certificates) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(certificates.keyStore())) {
      store.load(in, TestCertificates.PASSWORD.toCharArray());
    }
    return SslBundle.of(
        SslStoreBundle.of(store, TestCertificates.PASSWORD, store),
        SslBundleKey.of(TestCertificates.PASSWORD));
  }
}
