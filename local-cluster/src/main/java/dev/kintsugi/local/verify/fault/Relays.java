package dev.kintsugi.local.verify.fault;

import dev.kintsugi.local.PartName;
import dev.kintsugi.local.Ports;
import dev.kintsugi.local.SuiteOptions;
import dev.kintsugi.local.relay.Relay;
import dev.kintsugi.local.relay.Weather;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Relays around every node: all that a node says to the broker and the coordinators, and all that
 * anybody says to a node, goes through one of them. To be opened before the suite that is started
 * with {@link #through}, and closed after it. Thread-safe.
 */
public final class Relays implements Network {
  /*
   * A client of a broker goes to the address that the broker names for the listener through which it
   * asked. So the broker has a listener for each node, and names the node's relay for it.
   */

  /** Beyond that the ports of a suite have no room for relays. */
  public static final int MOST_NODES = 5;

  private static final int TO_NODE = 30;
  private static final int TO_COORDINATOR = 40;
  private static final int LISTENER = 50;
  private static final int TO_KAFKA = 60;
  private static final String HOST = "127.0.0.1:";

  private final Ports ports;
  private final int nodes;
  private final Map<String, Relay> toNodes = new HashMap<>();
  private final Map<String, List<Relay>> fromNodes = new HashMap<>();
  private final Map<String, Relay> toKafka = new HashMap<>();

  private Relays(Ports ports, int nodes) {
    this.ports = ports;
    this.nodes = nodes;
  }

  /** Opens the relays of a suite with these ports. */
  public static Relays open(Ports ports, int nodes) {
    if (nodes > MOST_NODES) {
      throw new IllegalArgumentException(
          "there are relays for at most " + MOST_NODES + " nodes, not for " + nodes);
    }
    Relays network = new Relays(ports, nodes);
    try {
      for (int node = 1; node <= nodes; node++) {
        network.open(node);
      }
    } catch (RuntimeException e) {
      network.close();
      throw e;
    }
    return network;
  }

  private void open(int node) {
    String name = PartName.node(node).toString();
    toNodes.put(name, new Relay(ports.base() + TO_NODE + node, ports.node(node)));
    List<Relay> from = new ArrayList<>();
    fromNodes.put(name, from);
    for (int number = 1; number <= PartName.COORDINATORS; number++) {
      from.add(new Relay(toCoordinator(node, number), ports.coordinator(number)));
    }
    Relay kafka = new Relay(ports.base() + TO_KAFKA + node, ports.base() + LISTENER + node);
    from.add(kafka);
    toKafka.put(name, kafka);
  }

  private int toCoordinator(int node, int number) {
    return ports.base() + TO_COORDINATOR + (node - 1) * PartName.COORDINATORS + number;
  }

  @Override
  public SuiteOptions through(SuiteOptions options) {
    StringBuilder listeners = new StringBuilder();
    StringBuilder advertised = new StringBuilder();
    StringBuilder protocols = new StringBuilder("PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    listeners.append("PLAINTEXT://" + HOST).append(ports.kafka());
    advertised.append("PLAINTEXT://" + HOST).append(ports.kafka());
    listeners.append(",CONTROLLER://" + HOST).append(ports.kafkaController());
    SuiteOptions all = options;
    for (int node = 1; node <= nodes; node++) {
      String name = PartName.node(node).toString();
      int relay = ports.base() + TO_KAFKA + node;
      listeners.append(",N%d://%s%d".formatted(node, HOST, ports.base() + LISTENER + node));
      advertised.append(",N%d://%s%d".formatted(node, HOST, relay));
      protocols.append(",N%d:PLAINTEXT".formatted(node));
      all =
          all.with(name, "kintsugi.node.url", "http://" + HOST + (ports.base() + TO_NODE + node))
              .with(name, "kintsugi.node.coordinators", coordinators(node))
              .with(name, "kintsugi.cluster.kafka.bootstrap-servers", HOST + relay);
    }
    return all.with("kafka", "listeners", listeners.toString())
        .with("kafka", "advertised.listeners", advertised.toString())
        .with("kafka", "listener.security.protocol.map", protocols.toString());
  }

  private String coordinators(int node) {
    List<String> urls = new ArrayList<>();
    for (int number = 1; number <= PartName.COORDINATORS; number++) {
      urls.add("http://" + HOST + toCoordinator(node, number));
    }
    return String.join(",", urls);
  }

  @Override
  public void weather(String node, Weather said, Weather told) {
    Relay toNode = toNodes.get(node);
    if (toNode == null) {
      throw new IllegalArgumentException("there is no relay around " + node);
    }
    toNode.weather(told, said);
    fromNodes.getOrDefault(node, List.of()).forEach(relay -> relay.weather(said, told));
  }

  @Override
  public void kafkaTells(String node, Weather told) {
    Relay relay = toKafka.get(node);
    if (relay == null) {
      throw new IllegalArgumentException("there is no relay around " + node);
    }
    relay.weather(Weather.FAIR, told);
  }

  @Override
  public void close() {
    toNodes.values().forEach(Relay::close);
    fromNodes.values().forEach(relays -> relays.forEach(Relay::close));
  }
}
