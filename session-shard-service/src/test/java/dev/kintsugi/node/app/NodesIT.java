package dev.kintsugi.node.app;

import dev.kintsugi.local.embedded.EmbeddedKafka;

/** On a broker in a process of its own. */
class NodesIT extends NodesOnKafka {

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
