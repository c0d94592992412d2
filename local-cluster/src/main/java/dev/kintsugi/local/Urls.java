package dev.kintsugi.local;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Where the parts of one suite are reached.
 *
 * @param places by process name, the nodes that run elsewhere than on 127.0.0.1
 */
public record Urls(Ports ports, int nodes, Map<String, Place> places) {

  private static final String HERE = "127.0.0.1";

  public Urls {
    places = Map.copyOf(places);
  }

  static Urls of(SuiteOptions options) {
    return new Urls(options.ports(), options.nodes(), options.places());
  }

  public URI gateway() {
    return http(ports.gateway());
  }

  /** Also the issuer of tokens. */
  public URI identityProvider() {
    return http(ports.identityProvider());
  }

  public URI tokenService() {
    return http(ports.tokenService());
  }

  public List<URI> coordinators() {
    return IntStream.rangeClosed(1, PartName.COORDINATORS)
        .mapToObj(number -> http(ports.coordinator(number)))
        .toList();
  }

  /** By process name. */
  public SortedMap<String, URI> nodeUrls() {
    var urls = new TreeMap<String, URI>();
    for (int number = 1; number <= nodes; number++) {
      urls.put(PartName.node(number).toString(), of(PartName.node(number)));
    }
    return urls;
  }

  /** For {@code bootstrap.servers}. */
  public String kafka() {
    return "127.0.0.1:" + ports.kafka();
  }

  public String redis() {
    return "redis://127.0.0.1:" + ports.redis();
  }

  /** The address of one process. */
  public URI of(PartName part) {
    return switch (part.kind()) {
      case GATEWAY -> gateway();
      case IDENTITY_PROVIDER -> identityProvider();
      case TOKEN_SERVICE -> tokenService();
      case COORDINATOR -> http(ports.coordinator(part.number()));
      case NODE -> http(hostOf(part), ports.node(part.number()));
      case KAFKA -> URI.create("kafka://" + kafka());
      case REDIS -> URI.create(redis());
    };
  }

  private String hostOf(PartName part) {
    Place place = places.get(part.toString());
    return place == null ? HERE : place.host();
  }

  /** The ports of 127.0.0.1 that one process listens on. */
  List<Integer> portsOf(PartName part) {
    if (places.containsKey(part.toString())) {
      return List.of();
    }
    int port = of(part).getPort();
    return part.kind() == PartName.Kind.KAFKA
        ? List.of(port, ports.kafkaController())
        : List.of(port);
  }

  private static URI http(int port) {
    return http(HERE, port);
  }

  private static URI http(String host, int port) {
    return URI.create("http://" + host + ':' + port);
  }
}
