package dev.kintsugi.coordinator.app;

import dev.kintsugi.kit.FatalErrors;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;

/** The handover coordinator: decides who holds which slot, and publishes it. */
@SpringBootApplication(scanBasePackageClasses = HandoverCoordinator.class)
@EnableConfigurationProperties(CoordinatorProperties.class)
public class HandoverCoordinator {

  public static void main(String[] args) {
    FatalErrors.endTheProcess();
    SpringApplication.run(HandoverCoordinator.class, args);
  }
}
