package dev.kintsugi.gateway.app;

import dev.kintsugi.gateway.adapter.jose.Es256Signer;
import dev.kintsugi.gateway.adapter.metrics.UpstreamMetrics;
import dev.kintsugi.gateway.adapter.rest.ApplicationRest;
import dev.kintsugi.gateway.adapter.rest.ApplicationRest.ApplicationEdge;
import dev.kintsugi.gateway.adapter.tokens.HttpGrantTokens;
import dev.kintsugi.gateway.adapter.upstream.HttpUpstreams;
import dev.kintsugi.gateway.domain.Upstream;
import dev.kintsugi.gateway.runtime.GrantTokens;
import dev.kintsugi.gateway.runtime.StateSigner;
import dev.kintsugi.gateway.runtime.Upstreams;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.http.HttpClient;
import java.util.Locale;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** Upstream applications: their routes, calls to them, and what they are told. */
@Configuration(proxyBeanMethods = false)
@Import(ApplicationRest.class)
class ApplicationWiring {

  /** Signs nothing: there is no route to sign for. */
  private static final class NoKey implements StateSigner {
    @Override
    public String sign(byte[] claims) {
      throw new IllegalStateException("there is no signing key");
    }

    @Override
    public String publicKeys() {
      return "{\"keys\":[]}";
    }
  }

  @Bean
  ApplicationEdge applicationEdge(
      GatewayProperties properties,
      @Value("${server.address:127.0.0.1}") String address,
      @Value("${server.port:8080}") int port) {
    ApplicationEdge edge = properties.applications().edge();
    edge.routes().forEach(route -> refuseLoop(route.upstream(), address, port));
    return edge;
  }

  static void refuseLoop(Upstream upstream, String address, int port) {
    String host = upstream.origin().getHost().toLowerCase(Locale.ROOT);
    boolean here =
        host.equals("localhost")
            || host.startsWith("127.")
            || host.equals("[::1]")
            || host.equals(address.toLowerCase(Locale.ROOT));
    if (here && upstream.port() == port) {
      throw new IllegalArgumentException(
          "kintsugi.gateway.applications.upstreams.%s: url is this gateway's own address (%s)"
              .formatted(upstream.name(), upstream.origin()));
    }
  }

  @Bean
  StateSigner stateSigner(GatewayProperties properties) {
    ApplicationSettings settings = properties.applications();
    return settings.routes().isEmpty()
        ? new NoKey()
        : Es256Signer.of(settings.signingKeyFile(), settings.previousKeyFiles());
  }

  @Bean
  Upstreams upstreams(HttpClient http, MeterRegistry registry) {
    return new HttpUpstreams(http, new UpstreamMetrics(registry));
  }

  @Bean
  GrantTokens grantTokens(HttpClient http, GatewayProperties properties) {
    return new HttpGrantTokens(http, properties.tokenService(), properties.tokenServiceTimeout());
  }
}
