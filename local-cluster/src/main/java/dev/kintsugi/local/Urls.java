package dev.kintsugi.local;

import java.net.URI;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Where the parts of one suite are reached. */
public record Urls(Ports ports, int nodes) {

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
      urls.put(PartName.node(number).toString(), http(ports.node(number)));
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
      case NODE -> http(ports.node(part.number()));
      case KAFKA -> URI.create("kafka://" + kafka());
      case REDIS -> URI.create(redis());
    };
  }

  /** The ports that one process listens on. */
  List<Integer> portsOf(PartName part) {
    int port = of(part).getPort();
    return part.kind() == PartName.Kind.KAFKA
        ? List.of(port, ports.kafkaController())
        : List.of(port);
  }

  private static URI http(int port) {
    return URI.create("http://127.0.0.1:" + port);
  }
}
