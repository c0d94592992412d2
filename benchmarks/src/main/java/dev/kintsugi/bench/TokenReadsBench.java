package dev.kintsugi.bench;

import ch.qos.logback.classic.Level;
import dev.kintsugi.kit.TestIssuer;
import dev.kintsugi.local.embedded.Directories;
import dev.kintsugi.local.embedded.EmbeddedKafka;
import dev.kintsugi.local.embedded.EmbeddedRedis;
import dev.kintsugi.local.process.FreePorts;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures how long a user's access token takes to read while it is good: one token service, Redis
 * and Kafka, each a process of its own, asked at an even pace by users with tokens of their own.
 *
 * <p>Exit status: 0 the target is met and nothing failed, 1 it was missed or something failed.
 */
public final class TokenReadsBench {

  private static final String APPLICATION = "mail";
  private static final int CONNECTIONS = 64;
  private static final int CHECKED = 20;
  private static final byte[] PING = "PING\r\n".getBytes(StandardCharsets.US_ASCII);

  /**
   * How much is measured.
   *
   * @param users each with a grant and a token of its own; that many that at a thousand reads a
   *     second half of them note the use of a grant in Redis as well, which they do once in ten
   *     seconds, and that the service knows all the tokens that users show (10,000 at most)
   */
  private record Plan(int users, Duration warmUp, Duration span, Duration pings) {
    static final Plan FULL =
        new Plan(5_000, Duration.ofSeconds(90), Duration.ofSeconds(30), Duration.ofSeconds(5));
    static final Plan QUICK =
        new Plan(500, Duration.ofSeconds(10), Duration.ofSeconds(5), Duration.ofSeconds(2));
  }

  private final Plan plan;
  private final int runs;
  private final int rate;
  private final Path home = Directories.temporary("kintsugi-bench-");
  private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);

  private TokenReadsBench(Plan plan, int runs, int rate) {
    this.plan = plan;
    this.runs = runs;
    this.rate = rate;
  }

  /**
   * Runs.
   *
   * @param arguments {@code token-reads}; {@code full} or {@code quick}; how many runs; requests a
   *     second; where the JSON goes, or {@code -}
   */
  public static void main(String[] arguments) throws Exception {
    // Kafka's clients would log to stdout, which belongs to the table.
    if (LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)
        instanceof ch.qos.logback.classic.Logger root) {
      root.setLevel(Level.OFF);
    }
    TokenReadsBench bench =
        new TokenReadsBench(
            arguments[1].equals("quick") ? Plan.QUICK : Plan.FULL,
            Integer.parseInt(arguments[2]),
            Integer.parseInt(arguments[3]));
    boolean met;
    try {
      met = bench.run(arguments[4]);
    } finally {
      Directories.delete(bench.home);
    }
    System.exit(met ? 0 : 1);
  }

  private boolean run(String json) throws IOException, InterruptedException {
    TokenReads measured = measured();
    measured.lines().forEach(out::println);
    if (!json.equals("-")) {
      Files.writeString(Path.of(json), measured.json() + "\n");
    }
    measured.missed().forEach(it -> out.println("missed: " + it));
    out.println(measured.closingLine());
    return measured.missed().isEmpty();
  }

  private TokenReads measured() throws IOException, InterruptedException {
    try (EmbeddedKafka kafka = EmbeddedKafka.start();
        EmbeddedRedis redis = EmbeddedRedis.start();
        TestIssuer issuer = new TestIssuer();
        TokenProcess service =
            TokenProcess.start(
                FreePorts.inARow(1).getFirst(),
                StoreBench.cluster(kafka, issuer),
                redis.url(),
                home.resolve("tokens.log"))) {
      say("handing in " + plan.users() + " grants");
      List<byte[]> requests = handIn(service, issuer);
      String operator = token(issuer, "operator", Optional.of("kintsugi.admin"));
      try (OpenLoad reads = new OpenLoad(service.port(), CONNECTIONS, OpenLoad.HTTP);
          OpenLoad pings = new OpenLoad(redis.port(), CONNECTIONS, OpenLoad.PONG)) {
        Random random = new Random(1);
        return measured(
            () -> requests.get(random.nextInt(requests.size())), reads, pings, service, operator);
      }
    }
  }

  private TokenReads measured(
      Supplier<byte[]> requests,
      OpenLoad reads,
      OpenLoad pings,
      TokenProcess service,
      String operator)
      throws IOException, InterruptedException {
    say("warming up for " + plan.warmUp().toSeconds() + " s");
    var _ = reads.run(requests, rate, plan.warmUp());
    TokenReads.Served before = service.served(operator);
    List<OpenLoad.Run> ofService = new ArrayList<>();
    List<OpenLoad.Run> ofRedis = new ArrayList<>();
    for (int run = 1; run <= runs; run++) {
      ofRedis.add(pings.run(() -> PING, rate, plan.pings()));
      ofService.add(reads.run(requests, rate, plan.span()));
      say("run " + run + ": p99 " + Summary.plain(ofService.getLast().millis(99), 3) + " ms");
    }
    TokenReads.Served after = service.served(operator);
    return new TokenReads(
        rate,
        ofService,
        ofRedis,
        new TokenReads.Served(
            after.requests() - before.requests(),
            after.stalls() - before.stalls(),
            after.cached() - before.cached()));
  }

  /** The grants of all users, and the request by which each reads its own. */
  private List<byte[]> handIn(TokenProcess service, TestIssuer issuer)
      throws IOException, InterruptedException {
    String application = token(issuer, APPLICATION, Optional.of("kintsugi.any-user"));
    List<byte[]> requests = new ArrayList<>();
    for (int user = 0; user < plan.users(); user++) {
      String name = "user-" + user;
      String grant = "grant-" + user;
      String token = token(issuer, name, Optional.empty());
      service.put(application, grant, name);
      if (user < CHECKED) {
        service.check(token, grant);
      }
      requests.add(TokenProcess.read(token, grant));
    }
    return requests;
  }

  /** Good for the whole run. */
  private static String token(TestIssuer issuer, String subject, Optional<String> scope) {
    var claims =
        issuer
            .alice()
            .subject(subject)
            .expirationTime(Date.from(Instant.now().plus(Duration.ofHours(6))));
    scope.ifPresent(it -> claims.claim("scope", it));
    return TestIssuer.signed(claims.build());
  }

  private static void say(String line) {
    System.err.println(line);
  }
}
