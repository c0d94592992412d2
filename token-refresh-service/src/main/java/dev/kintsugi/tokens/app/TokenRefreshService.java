package dev.kintsugi.tokens.app;

import dev.kintsugi.kit.FatalErrors;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;

/** The token-refresh-service's process. */
@SpringBootApplication(proxyBeanMethods = false)
@EnableConfigurationProperties(TokenProperties.class)
public class TokenRefreshService {

  public static void main(String[] args) {
    FatalErrors.endTheProcess();
    SpringApplication.run(TokenRefreshService.class, args);
  }
}
