package dev.kintsugi.coordinator.app;

import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * On a broker in a container; skipped where no Docker engine answers. The image is named by the
 * system property {@code kintsugi.it.kafka-image}.
 */
@Testcontainers(disabledWithoutDocker = true)
class CoordinatorsContainersIT extends CoordinatorsOnKafka {

  private static final String IMAGE =
      System.getProperty("kintsugi.it.kafka-image", "apache/kafka-native:4.2.0");

  @Override
  Broker startBroker() {
    KafkaContainer kafka =
        new KafkaContainer(
            DockerImageName.parse(IMAGE).asCompatibleSubstituteFor("apache/kafka-native"));
    kafka.start();
    return new Broker() {
      @Override
      public String bootstrapServers() {
        return kafka.getBootstrapServers();
      }

      @Override
      public void close() {
        kafka.stop();
      }
    };
  }
}
