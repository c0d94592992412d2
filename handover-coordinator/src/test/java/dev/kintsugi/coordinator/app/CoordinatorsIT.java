package dev.kintsugi.coordinator.app;

import dev.kintsugi.local.embedded.EmbeddedKafka;

/** On a broker in a process of its own. */
class CoordinatorsIT extends CoordinatorsOnKafka {

  @Override
  Broker startBroker() {
    EmbeddedKafka kafka = EmbeddedKafka.start();
    return new Broker() {
      @Override
      public String bootstrapServers() {
        return kafka.bootstrapServers();
      }

      @Override
      public void close() {
        kafka.close();
      }
    };
  }
}
