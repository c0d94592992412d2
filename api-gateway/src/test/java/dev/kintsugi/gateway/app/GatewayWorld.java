package dev.kintsugi.gateway.app;

import dev.kintsugi.core.Areas;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardMaps;
import dev.kintsugi.core.SlotHash;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.kit.ClusterProperties;
import dev.kintsugi.kit.Json;
import dev.kintsugi.log.activity.Activity;
import dev.kintsugi.log.activity.ActivityTopic;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** The real gateway between a real identity provider, two stub nodes, and no Kafka. */
final class GatewayWorld implements AutoCloseable {

  static final String HASH_KEY = "000102030405060708090a0b0c0d0e0f";

  /** The gateway's own beans, with the two ports of Kafka replaced. */
  @SpringBootConfiguration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  @Import(GatewayWiring.class)
  static class Application {

    @Bean
    ShardMaps maps(ClusterProperties cluster) {
      return new SettableMaps(cluster.areas());
    }

    @Bean
    RecordedActivity activityTopic() {
      return new RecordedActivity();
    }

    @Bean
    GoneClients goneClients() {
      return new GoneClients();
    }
  }

  /** Tells when the gateway has noticed that a client is gone. */
  static final class GoneClients implements WebFilter {
    final Semaphore noticed = new Semaphore(0);

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
      return chain.filter(exchange).doOnCancel(noticed::release);
    }
  }

  /** Keeps what it is sent. */
  static final class RecordedActivity implements ActivityTopic {
    final BlockingQueue<Activity> events = new LinkedBlockingQueue<>();

    @Override
    public void send(Activity activity) {
      events.add(activity);
    }

    @Override
    public long lost() {
      return 0;
    }

    @Override
    public void close() {}
  }

  final TestIssuer issuer = new TestIssuer();
  final StubStore store = new StubStore();
  final StubNode a;
  final StubNode b;
  final SettableMaps maps;
  final Areas areas;
  final SlotHash slotHash = SlotHash.ofHexKey(HASH_KEY);
  final ConfigurableApplicationContext context;
  final String url;
  private final List<StubNode> nodes;

  GatewayWorld(String... properties) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "server.port=0",
                "kintsugi.cluster.slot-hash-key=" + HASH_KEY,
                "kintsugi.cluster.session-id-key=" + HASH_KEY.repeat(2),
                "kintsugi.cluster.internal-secret=0123456789abcdef",
                "kintsugi.cluster.issuer=" + issuer.url(),
                "logging.level.root=warn"));
    all.addAll(List.of(properties));
    // As arguments, because those win over the application's own file.
    context =
        new SpringApplicationBuilder(Application.class)
            .run(all.stream().map(property -> "--" + property).toArray(String[]::new));
    url = "http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port");
    areas = context.getBean(ClusterProperties.class).areas();
    maps = context.getBean(SettableMaps.class);
    a = new StubNode(new NodeId("node-a"), store, areas, slotHash, maps);
    b = new StubNode(new NodeId("node-b"), store, areas, slotHash, maps);
    nodes = List.of(a, b);
    ownedBy(a);
  }

  void ownedBy(StubNode owner) {
    publish(slot -> Optional.of(owner.id()));
  }

  void publish(java.util.function.Function<SlotId, Optional<NodeId>> owner) {
    Map<NodeId, URI> urls = new TreeMap<>();
    nodes.forEach(node -> urls.put(node.id(), node.url()));
    maps.publish(urls, owner);
  }

  /** Waits until the gateway has noticed that a client is gone. */
  void awaitGoneClient() throws InterruptedException {
    if (!context.getBean(GoneClients.class).noticed.tryAcquire(10, TimeUnit.SECONDS)) {
      throw new AssertionError("the gateway did not notice within 10 s");
    }
  }

  BlockingQueue<Activity> activity() {
    return context.getBean(RecordedActivity.class).events;
  }

  WebTestClient as(String token) {
    return WebTestClient.bindToServer()
        .baseUrl(url)
        .responseTimeout(Duration.ofSeconds(20))
        .defaultHeaders(headers -> headers.setBearerAuth(token))
        .codecs(codecs -> codecs.defaultCodecs().maxInMemorySize(8 << 20))
        .build();
  }

  WebTestClient asUser(String name) {
    return as(issuer.user(name));
  }

  /** A new session of a user with the areas given as JSON. */
  SessionId session(String user, String areasJson) {
    return made(user, "{\"areas\":" + areasJson + "}");
  }

  /** A new session of a user with a grant. */
  SessionId session(String user, String areasJson, String grant) {
    return made(user, "{\"areas\":" + areasJson + ",\"grantId\":\"" + grant + "\"}");
  }

  private SessionId made(String user, String json) {
    byte[] body =
        asUser(user)
            .post()
            .uri("/v1/sessions")
            .header("Content-Type", "application/json")
            .bodyValue(json)
            .exchange()
            .expectStatus()
            .isCreated()
            .expectBody()
            .returnResult()
            .getResponseBodyContent();
    return SessionId.parse(Json.MAPPER.readTree(body).get("sessionId").stringValue());
  }

  @Override
  public void close() {
    context.close();
    nodes.forEach(StubNode::close);
    issuer.close();
  }
}
