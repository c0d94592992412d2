package dev.kintsugi.example.idp;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.event.EventListener;

/** The identity provider's process. Never for production: see the warning that it logs. */
@SpringBootApplication(proxyBeanMethods = false)
@EnableConfigurationProperties(IdpProperties.class)
public class IdentityProvider {

  private static final Logger LOG = LoggerFactory.getLogger(IdentityProvider.class);

  private final IdpProperties properties;

  IdentityProvider(IdpProperties properties) {
    this.properties = properties;
  }

  public static void main(String[] args) {
    SpringApplication.run(IdentityProvider.class, args);
  }

  @EventListener(ApplicationReadyEvent.class)
  void warn() {
    LOG.warn(
        "FOR LOCAL USE ONLY: {} signs in anybody who knows the one development password, under any"
            + " name. Never let it be reached from another machine.",
        properties.issuer());
  }
}
