package dev.kintsugi.tokens.app;

import dev.kintsugi.kit.NamedBundle;
import dev.kintsugi.tokens.adapter.oauth.OAuthProvider;
import dev.kintsugi.tokens.adapter.oauth.ProviderSettings;
import dev.kintsugi.tokens.adapter.oauth.ProviderSettings.Endpoints;
import dev.kintsugi.tokens.runtime.GatedProvider;
import dev.kintsugi.tokens.runtime.Providers;
import dev.kintsugi.tokens.runtime.Surroundings;
import java.net.URI;
import java.net.http.HttpClient;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The configured providers. */
@Configuration(proxyBeanMethods = false)
class ProviderBeans {

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

  @Bean
  InstantSource clock() {
    return InstantSource.system();
  }

  @Bean(destroyMethod = "shutdownNow")
  ExecutorService keyThreads() {
    return Executors.newVirtualThreadPerTaskExecutor();
  }

  @Bean
  Providers providers(
      TokenProperties settings,
      ObjectProvider<SslBundles> bundles,
      InstantSource clock,
      ExecutorService keyThreads) {
    Surroundings around =
        new Surroundings(clock, System::nanoTime, Thread::sleep, new SecureRandom());
    List<GatedProvider> all = new ArrayList<>();
    settings
        .providers()
        .forEach((name, provider) -> {
          OAuthProvider asked =
              new OAuthProvider(
                  converted(name, provider), http(name, provider, bundles), clock, keyThreads);
          all.add(new GatedProvider(asked, provider.providerLimits(), around));
        });
    return Providers.of(all, settings.usualProvider());
  }

  private static ProviderSettings converted(String name, ProviderProperties provider) {
    URI token = provider.tokenEndpoint();
    URI issuer = provider.issuer();
    Endpoints endpoints;
    if (token != null) {
      endpoints =
          new Endpoints.Fixed(
              token,
              Optional.ofNullable(provider.revocationEndpoint()),
              Optional.ofNullable(provider.jwksUri()));
    } else if (issuer != null) {
      endpoints = new Endpoints.Discovered(issuer);
    } else {
      throw new IllegalStateException("the settings have been checked");
    }
    return new ProviderSettings(
        name,
        endpoints,
        provider.clientId(),
        provider.credential(name),
        provider.timeout(),
        provider.assumedLifetime(),
        provider.reuseWindow(),
        new ProviderSettings.Verification(
            provider.verifyTokens(), Optional.of(provider.audience()).filter(it -> !it.isEmpty())));
  }

  private static HttpClient http(
      String name, ProviderProperties provider, ObjectProvider<SslBundles> bundles) {
    HttpClient.Builder client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT_TIMEOUT);
    new NamedBundle("kintsugi.tokens.providers." + name + ".ssl-bundle", provider.sslBundle())
        .find(bundles)
        .ifPresent(
            bundle -> client.sslContext(bundle.context()).sslParameters(bundle.parameters()));
    return client.build();
  }
}
