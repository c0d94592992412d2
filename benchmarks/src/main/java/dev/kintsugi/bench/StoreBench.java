package dev.kintsugi.bench;

import ch.qos.logback.classic.Level;
import dev.kintsugi.bench.Load.Measured;
import dev.kintsugi.kit.TestIssuer;
import dev.kintsugi.local.embedded.Directories;
import dev.kintsugi.local.embedded.EmbeddedKafka;
import dev.kintsugi.local.process.FreePorts;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.openjdk.jmh.runner.RunnerException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures the shard store beside what its parts cost bare: all in one run, on one Kafka, node and
 * bare service each a process of its own.
 *
 * <p>Exit status: 0 all targets met, 1 one was missed or something failed.
 */
public final class StoreBench {

  /** What can be measured alone. */
  private enum Part {
    REQUESTS,
    REBUILD,
    HEAP,
    PURE
  }

  private static final String CACHE = "node.aot";
  private static final int TRAINING_TURNS = 4;

  private final Plan plan;
  private final boolean quick;
  private final Path home = Directories.temporary("kintsugi-bench-");
  private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
  private final List<Double> starts = new ArrayList<>();
  private final List<Double> rebuilds = new ArrayList<>();

  private StoreBench(Plan plan, boolean quick) {
    this.plan = plan;
    this.quick = quick;
  }

  /**
   * Runs.
   *
   * @param arguments {@code store} or {@code stack}; {@code full} or {@code quick}; how many runs;
   *     for the store a part's name or {@code all}, and where the JSON goes, or nothing
   */
  public static void main(String[] arguments) throws Exception {
    // Kafka's clients would log to stdout, which belongs to the table.
    if (LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)
        instanceof ch.qos.logback.classic.Logger root) {
      root.setLevel(Level.OFF);
    }
    boolean quick = arguments[1].equals("quick");
    int runs = Integer.parseInt(arguments[2]);
    StoreBench bench = new StoreBench(quick ? Plan.quick(runs) : Plan.full(runs), quick);
    boolean met;
    try {
      met =
          switch (arguments[0]) {
            case "stack" -> bench.stack();
            default -> {
              Optional<Path> json =
                  arguments.length > 4 ? Optional.of(Path.of(arguments[4])) : Optional.empty();
              yield arguments[3].equals("all")
                  ? bench.store(json)
                  : bench.part(Part.valueOf(arguments[3].toUpperCase(Locale.ROOT)));
            }
          };
    } finally {
      Directories.delete(bench.home);
    }
    System.exit(met ? 0 : 1);
  }

  private boolean store(Optional<Path> json)
      throws IOException, InterruptedException, RunnerException {
    List<Rounds> rounds = onKafka(plan.runs() - 1, true);
    say("heap");
    double few = overhead(plan.sessions());
    double many = plan.many() > 0 ? overhead(plan.many()) : few;
    say("microbenchmarks");
    Map<String, Pure.Cost> costs = Pure.run(quick);
    Pure.Cost lookup = costs.getOrDefault("owner", new Pure.Cost(Double.NaN, Double.NaN));
    Rounds writes = rounds.get(0);
    Rounds reads = rounds.get(1);
    Rounds cold = rounds.get(2);
    Summary summary =
        new Summary(
            writes.ratio(50),
            writes.ratio(99),
            reads.ratio(50),
            cold.ratio(50),
            writes.medianOfOther(Measured::perSecond),
            reads.medianOfOther(Measured::perSecond),
            Double.isNaN(many) ? few : Math.max(few, many),
            Summary.median(rebuilds),
            lookup.nanos(),
            lookup.bytes(),
            !Double.isNaN(many));
    out.println(Rounds.heading());
    rounds.forEach(it -> out.println(it.row()));
    out.println();
    Report report = new Report(plan, rounds, few, many, starts, rebuilds, costs, summary);
    report.lines().forEach(out::println);
    if (json.isPresent()) {
      Files.writeString(json.get(), report.json() + "\n");
    }
    summary.missed().forEach(it -> out.println("missed: " + it));
    out.println(summary.closingLine());
    return summary.missed().isEmpty();
  }

  /** One part alone, for whoever works on it; nothing is judged. */
  private boolean part(Part part) throws IOException, InterruptedException, RunnerException {
    switch (part) {
      case REQUESTS -> {
        out.println(Rounds.heading());
        onKafka(0, true).forEach(it -> out.println(it.row()));
      }
      case REBUILD -> onKafka(plan.runs(), false);
      case HEAP -> {
        double few = overhead(plan.sessions());
        out.println("overhead: " + Summary.plain(few, 0) + " B");
      }
      case PURE -> Report.costs(Pure.run(quick)).forEach(out::println);
    }
    return true;
  }

  /**
   * What needs a log.
   *
   * @param restarts how often the node is started before
   * @param requests whether it is then asked anything
   */
  private List<Rounds> onKafka(int restarts, boolean requests)
      throws IOException, InterruptedException {
    try (EmbeddedKafka kafka = EmbeddedKafka.start();
        TestIssuer issuer = new TestIssuer()) {
      List<Integer> ports = FreePorts.inARow(2);
      train(ports.get(0), issuer);
      Map<String, String> cluster = cluster(kafka, issuer);
      say("writing " + plan.sessions() + " sessions and a tail");
      try (Site site = new Site(kafka.bootstrapServers())) {
        site.fill(plan.sessions(), plan.sessions());
        site.writeMap(ports.get(0));
      }
      for (int start = 0; start < restarts; start++) {
        try (NodeProcess node = startNode(ports.get(0), cluster)) {
          note(node);
        }
      }
      return requests ? ask(ports.get(0), ports.get(1), cluster, issuer) : List.of();
    }
  }

  /** On logs of its own, so that nothing of it is left in those that are measured. */
  private void train(int port, TestIssuer issuer) throws IOException, InterruptedException {
    say("training the node's AOT cache");
    try (EmbeddedKafka kafka = EmbeddedKafka.start();
        Site site = new Site(kafka.bootstrapServers())) {
      site.fill(plan.trained(), plan.trained());
      site.writeMap(port);
      Requests requests = new Requests(token(issuer), plan.trained());
      NodeProcess.train(
          port,
          cluster(kafka, issuer),
          home.resolve("training.log"),
          home.resolve(CACHE),
          () -> {
            for (int turn = 0; turn < TRAINING_TURNS; turn++) {
              var _ = new Rounds.Side(port, requests.reads()).closed(Plan.CLIENTS, plan.warmUp());
              var _ = new Rounds.Side(port, requests.writes()).closed(Plan.CLIENTS, plan.warmUp());
            }
          });
    }
  }

  private List<Rounds> ask(
      int nodePort, int barePort, Map<String, String> cluster, TestIssuer issuer)
      throws IOException, InterruptedException {
    try (NodeProcess node = startNode(nodePort, cluster);
        Child bare = bare(barePort, cluster)) {
      note(node);
      bare.await(printed -> printed.contains("Started BareService"));
      Requests requests = new Requests(token(issuer), plan.sessions());
      int bytes = answerBytes(nodePort, requests);
      return measure(
          requests,
          new Rounds.Side(barePort, requests.appends()),
          new Rounds.Side(nodePort, requests.writes()),
          new Rounds.Side(barePort, requests.constants(bytes)),
          new Rounds.Side(nodePort, requests.reads()),
          new Rounds.Side(nodePort, requests.coldReads()));
    }
  }

  private NodeProcess startNode(int port, Map<String, String> cluster)
      throws IOException, InterruptedException {
    return NodeProcess.start(port, cluster, home.resolve("node.log"), home.resolve(CACHE));
  }

  private void note(NodeProcess node) {
    starts.add(node.startSeconds());
    rebuilds.add(node.rebuildSeconds());
    say(
        "node: process %.2f s, rebuild %.2f s"
            .formatted(node.startSeconds(), node.rebuildSeconds()));
  }

  private List<Rounds> measure(
      Requests requests,
      Rounds.Side append,
      Rounds.Side write,
      Rounds.Side constant,
      Rounds.Side read,
      Rounds.Side coldRead)
      throws IOException, InterruptedException {
    warmUp(List.of(constant, read));
    warmUp(List.of(append, write));
    int slots = requests.coldSlots();
    return List.of(
        Rounds.run(
            "write, 64 clients",
            plan.runs(),
            append,
            write,
            side -> side.closed(Plan.CLIENTS, plan.round())),
        Rounds.run(
            "read, 64 clients",
            plan.runs(),
            constant,
            read,
            side -> side.closed(Plan.CLIENTS, plan.round())),
        Rounds.run(
            "read, 1/s on " + slots + " slots",
            plan.runs(),
            constant,
            coldRead,
            side -> side.paced(16, slots, plan.coldRound())));
  }

  /** By turns, until nobody gets faster any more: compilers take minutes on few processors. */
  private void warmUp(List<Rounds.Side> sides) throws IOException, InterruptedException {
    List<Double> best =
        new ArrayList<>(java.util.Collections.nCopies(sides.size(), Double.MAX_VALUE));
    int idle = 0;
    for (int turn = 0; turn < Plan.MOST_TURNS && idle < Plan.IDLE_TURNS; turn++) {
      idle += turn < Plan.FEWEST_TURNS - Plan.IDLE_TURNS ? 0 : 1;
      for (int side = 0; side < sides.size(); side++) {
        double p50 = sides.get(side).closed(Plan.CLIENTS, plan.warmUp()).micros(50);
        if (p50 < best.get(side) * Plan.STILL_FASTER) {
          idle = 0;
        }
        best.set(side, Math.min(best.get(side), p50));
      }
      say("warming up: p50 " + best.stream().map(it -> Summary.plain(it, 0)).toList() + " µs");
      Thread.sleep(plan.breather());
    }
  }

  /** The candidates for a node's HTTP stack, side by side. */
  private boolean stack() throws IOException, InterruptedException {
    try (EmbeddedKafka kafka = EmbeddedKafka.start();
        TestIssuer issuer = new TestIssuer()) {
      try (Site site = new Site(kafka.bootstrapServers())) {
        site.writeMap(1);
      }
      List<Integer> ports = FreePorts.inARow(2);
      Map<String, String> servlet = new TreeMap<>();
      servlet.put("server.port", ports.get(1).toString());
      servlet.put("bench.kafka", kafka.bootstrapServers());
      servlet.put("bench.issuer", issuer.url());
      servlet.put("spring.main.web-application-type", "servlet");
      servlet.put("spring.threads.virtual.enabled", "true");
      // Tomcat closes a connection after 100 requests; Netty does not.
      servlet.put("server.tomcat.max-keep-alive-requests", "-1");
      try (Child webFlux = bare(ports.get(0), cluster(kafka, issuer));
          Child mvc =
              Child.start(
                  ServletService.class,
                  Child.SERVER,
                  jar -> Child.isServlet(jar) && !Child.isNode(jar),
                  servlet,
                  List.of(),
                  home.resolve("mvc.log"))) {
        webFlux.await(printed -> printed.contains("Started BareService"));
        mvc.await(printed -> printed.contains("Started ServletService"));
        Requests requests = new Requests(token(issuer), plan.sessions());
        var fluxAppend = new Rounds.Side(ports.get(0), requests.appends());
        var mvcAppend = new Rounds.Side(ports.get(1), requests.appends());
        var fluxConstant = new Rounds.Side(ports.get(0), requests.constants(560));
        var mvcConstant = new Rounds.Side(ports.get(1), requests.constants(560));
        say("WebFlux on Netty (bare) beside MVC on Tomcat with virtual threads");
        out.println(Rounds.heading());
        measure(requests, fluxAppend, mvcAppend, fluxConstant, mvcConstant, mvcConstant)
            .forEach(it -> out.println(it.row()));
        return true;
      }
    }
  }

  private Child bare(int port, Map<String, String> cluster) throws IOException {
    Map<String, String> settings = new TreeMap<>(cluster);
    settings.put("server.port", Integer.toString(port));
    return Child.start(
        BareService.class,
        Child.SERVER,
        jar -> Child.isReactive(jar) && !Child.isNode(jar),
        settings,
        List.of(),
        home.resolve("bare.log"));
  }

  /** What every service of a benchmark is told. */
  static Map<String, String> cluster(EmbeddedKafka kafka, TestIssuer issuer) {
    Map<String, String> all = new TreeMap<>();
    all.put("spring.main.web-application-type", "reactive");
    all.put("kintsugi.cluster.kafka.bootstrap-servers", kafka.bootstrapServers());
    all.put("kintsugi.cluster.kafka.replication-factor", "1");
    all.put("kintsugi.cluster.slot-hash-key", Data.HASH_KEY);
    all.put("kintsugi.cluster.session-id-key", Data.HASH_KEY);
    all.put("kintsugi.cluster.internal-secret", "0123456789abcdef-internal");
    all.put("kintsugi.cluster.issuer", issuer.url());
    return all;
  }

  /** Of an application that acts for any user, good for the whole run. */
  private static String token(TestIssuer issuer) {
    return TestIssuer.signed(
        issuer
            .alice()
            .claim("scope", "kintsugi.any-user")
            .expirationTime(Date.from(Instant.now().plus(Duration.ofHours(6))))
            .build());
  }

  /** How long the node's answer to a read is. */
  private static int answerBytes(int port, Requests requests)
      throws IOException, InterruptedException {
    String request = new String(requests.coldReads().get(), StandardCharsets.US_ASCII);
    String path = request.split(" ", 3)[1];
    String token = request.split("Bearer ", 2)[1].strip();
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<byte[]> answer =
          http.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                  .header("Authorization", "Bearer " + token)
                  .build(),
              HttpResponse.BodyHandlers.ofByteArray());
      if (answer.statusCode() != 200) {
        throw new IOException(
            "a read was answered "
                + answer.statusCode()
                + ' '
                + new String(answer.body(), StandardCharsets.UTF_8));
      }
      return answer.body().length;
    }
  }

  /** Bytes per session beyond the payload; not a number where 4 GB did not suffice. */
  private double overhead(long sessions) throws IOException, InterruptedException {
    Path log = home.resolve("heap.log");
    try (Child probe =
        Child.start(
            HeapProbe.class,
            List.of(
                "-Xmx4g",
                "-XX:+UseSerialGC",
                "-XX:MarkSweepAlwaysCompactCount=1",
                "-XX:+ExitOnOutOfMemoryError"),
            Child::isReactive,
            Map.of(),
            List.of(Long.toString(sessions)),
            log)) {
      int status = probe.status();
      String printed = probe.output();
      say(sessions + " sessions in 4 GB: " + printed.lines().findFirst().orElse("nothing"));
      if (status != 0) {
        return Double.NaN;
      }
      return Double.parseDouble(printed.split("[= ]", -1)[1]);
    }
  }

  private static void say(String line) {
    System.err.println(line);
  }
}
