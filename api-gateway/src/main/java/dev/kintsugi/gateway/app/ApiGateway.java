package dev.kintsugi.gateway.app;

import dev.kintsugi.kit.FatalErrors;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Import;

/** The public entrance: routes every call to whoever owns its slot. Keeps nothing durable. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import({GatewayWiring.class, KafkaWiring.class})
public class ApiGateway {

  public static void main(String[] args) {
    FatalErrors.endTheProcess();
    SpringApplication.run(ApiGateway.class, args);
  }
}
