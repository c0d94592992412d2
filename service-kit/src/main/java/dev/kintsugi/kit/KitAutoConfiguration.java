package dev.kintsugi.kit;

import dev.kintsugi.log.LogSettings;
import dev.kintsugi.log.LogTls;
import java.net.http.HttpClient;
import java.time.Duration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JsonFactoryBuilderCustomizer;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;

/** What every service gets by having this module on its class path. */
@AutoConfiguration(
    before = JacksonAutoConfiguration.class,
    beforeName = {
      "org.springframework.boot.security.oauth2.server.resource.autoconfigure.reactive"
          + ".ReactiveOAuth2ResourceServerAutoConfiguration",
      "org.springframework.boot.security.oauth2.server.resource.autoconfigure.web.reactive"
          + ".ReactiveOAuth2ResourceServerWebSecurityAutoConfiguration",
      "org.springframework.boot.security.autoconfigure.web.reactive"
          + ".ReactiveWebSecurityAutoConfiguration"
    })
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@EnableConfigurationProperties({ClusterProperties.class, ServerProperties.class})
@Import(KitSecurity.class)
public class KitAutoConfiguration {

  /**
   * Of calls from part to part: heartbeats, words, lines, questions of nodes to each other.
   * Shorter: a part that is busy for a moment cannot be reached, as its peers and the coordinators
   * then say; longer: a machine that has gone without a word, which refuses nothing, holds each of
   * these up for that much longer.
   */
  private static final Duration CONNECT_TIMEOUT = Duration.ofMillis(300);

  @Bean
  ProblemHandler problemHandler() {
    return new ProblemHandler();
  }

  @Bean
  JsonFactoryBuilderCustomizer strictJson() {
    return Json::strict;
  }

  /** Nobody holds a connection by sending slowly, or nothing. */
  @Bean
  NettyServerCustomizer slowSenders(ServerProperties limits) {
    return server ->
        server
            .idleTimeout(limits.idleTimeout())
            .doOnChannelInit((_, channel, _) -> SlowSender.watch(channel, limits));
  }

  /** For calls from part to part, through the deployment's SSL bundle where one is named. */
  @Bean(destroyMethod = "shutdownNow")
  @ConditionalOnMissingBean
  HttpClient httpClient(ClusterProperties cluster, ObjectProvider<SslBundles> bundles) {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT_TIMEOUT);
    new NamedBundle("kintsugi.cluster.ssl-bundle", cluster.sslBundle())
        .find(bundles)
        .ifPresent(
            bundle -> builder.sslContext(bundle.context()).sslParameters(bundle.parameters()));
    return builder.build();
  }

  /** Where the logs are; made only in services that use Kafka, which may lack its bundle. */
  @Bean
  @Lazy
  LogSettings logSettings(ClusterProperties cluster, ObjectProvider<SslBundles> bundles) {
    LogSettings plain = cluster.plainLogSettings();
    return new NamedBundle("kintsugi.cluster.kafka.ssl-bundle", cluster.kafka().sslBundle())
        .find(bundles)
        .map(bundle ->
            plain.over(new LogTls(bundle.context(), bundle.protocols(), bundle.ciphers())))
        .orElse(plain);
  }
}
