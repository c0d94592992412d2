package dev.kintsugi.node.app;

import dev.kintsugi.kit.FatalErrors;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;

/** One node: owns slots, stands by for others, answers for sessions. */
@SpringBootApplication(proxyBeanMethods = false)
@EnableConfigurationProperties(NodeProperties.class)
public class SessionShardService {

  /** Runs a node until it is told to stop. */
  public static void main(String[] arguments) {
    FatalErrors.endTheProcess();
    SpringApplication.run(SessionShardService.class, arguments);
  }
}
