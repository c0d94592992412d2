package dev.kintsugi.tokens.adapter.oauth;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import dev.kintsugi.tokens.adapter.oauth.ProviderSettings.Verification;
import dev.kintsugi.tokens.domain.Secret;
import dev.kintsugi.tokens.domain.TokenCheck;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens under keys that a real server hands out and changes. */
class TokenChecksTest {

  private static final URI ISSUER = URI.create("https://idp.example/");
  private static final Instant END = Instant.parse("2030-01-01T00:00:00Z");
  private static RSAKey first;
  private static RSAKey second;

  private final AtomicInteger fetched = new AtomicInteger();
  private final AtomicLong ticks = new AtomicLong();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient client = HttpClient.newHttpClient();
  private final ProviderClock providersClock = new ProviderClock(() -> Instant.EPOCH);
  private volatile String document = "";
  private volatile int status = 200;
  private HttpServer server;

  @BeforeAll
  static void makeKeys() throws Exception {
    first = new RSAKeyGenerator(2048).keyID("first").generate();
    second = new RSAKeyGenerator(2048).keyID("second").generate();
  }

  @BeforeEach
  void start() throws Exception {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_024);
    server.createContext(
        "/keys",
        exchange -> {
          fetched.incrementAndGet();
          byte[] bytes = document.getBytes(StandardCharsets.UTF_8);
          try (exchange) {
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
          }
        });
    server.start();
    publish(first);
  }

  @AfterEach
  void stop() {
    server.stop(0);
    threads.shutdownNow();
    client.close();
  }

  private void publish(RSAKey... keys) {
    document = new JWKSet(List.of(keys)).toPublicJWKSet().toString();
  }

  private TokenChecks checks(boolean on, Optional<String> audience) {
    return checks(Optional.of(ISSUER), on, audience);
  }

  private TokenChecks checks(Optional<URI> issuer, boolean on, Optional<String> audience) {
    URI at = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/keys");
    ProviderKeys keys =
        new ProviderKeys(
            () -> Optional.of(at),
            new BoundedHttp(client),
            Duration.ofSeconds(2),
            ticks::get,
            threads);
    return new TokenChecks(keys, issuer, new Verification(on, audience), providersClock);
  }

  private TokenChecks checks() {
    return checks(true, Optional.empty());
  }

  private static JWTClaimsSet.Builder claims() {
    return new JWTClaimsSet.Builder()
        .issuer("https://idp.example")
        .subject("alice")
        .audience("mail")
        .expirationTime(Date.from(END));
  }

  private static Secret signed(RSAKey key, JWTClaimsSet claims) throws Exception {
    return signed(new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()), key, claims);
  }

  private static Secret signed(JWSHeader.Builder header, RSAKey key, JWTClaimsSet claims)
      throws Exception {
    SignedJWT token = new SignedJWT(header.build(), claims);
    token.sign(new RSASSASigner(key));
    return new Secret(token.serialize());
  }

  @Test
  void a_token_of_the_provider_is_sound_and_says_when_it_ends() throws Exception {
    assertThat(checks().check(signed(first, claims().build())))
        .isEqualTo(new TokenCheck.Sound(Optional.of(END)));
    assertThat(checks(true, Optional.of("mail")).check(signed(first, claims().build())))
        .isInstanceOf(TokenCheck.Sound.class);
  }

  @Test
  void a_token_ends_by_its_providers_clock() throws Exception {
    HttpHeaders dated =
        HttpHeaders.of(Map.of("Date", List.of("Thu, 01 Jan 1970 00:02:00 GMT")), (_, _) -> true);
    providersClock.answered(dated, Instant.EPOCH);
    assertThat(checks().check(signed(first, claims().build())))
        .isEqualTo(new TokenCheck.Sound(Optional.of(END.minusMillis(120_500))));
  }

  @Test
  void a_token_that_is_not_good_yet_is_not_held_against_its_session() throws Exception {
    JWTClaimsSet early = claims().notBeforeTime(Date.from(END)).issueTime(Date.from(END)).build();
    assertThat(checks().check(signed(first, early))).isInstanceOf(TokenCheck.Sound.class);
  }

  @Test
  void a_key_that_was_exchanged_under_the_same_name_is_found_before_anybody_is_accused()
      throws Exception {
    TokenChecks checks = checks();
    assertThat(checks.check(signed(first, claims().build()))).isInstanceOf(TokenCheck.Sound.class);
    RSAKey exchanged = new RSAKey.Builder(second).keyID("first").build();
    publish(exchanged);
    ticks.addAndGet(Duration.ofSeconds(11).toNanos());
    assertThat(checks.check(signed(exchanged, claims().build())))
        .isInstanceOf(TokenCheck.Sound.class);
  }

  @Test
  void a_token_may_name_its_type_in_full() throws Exception {
    SignedJWT token =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.RS256)
                .keyID("first")
                .type(new JOSEObjectType("application/at+jwt"))
                .build(),
            claims().build());
    token.sign(new RSASSASigner(first));
    assertThat(checks().check(new Secret(token.serialize()))).isInstanceOf(TokenCheck.Sound.class);
  }

  @Test
  void what_the_provider_did_not_issue_so_is_forged() throws Exception {
    TokenChecks checks = checks(true, Optional.of("mail"));
    Secret good = signed(first, claims().build());
    int dot = good.value().indexOf('.');
    String body = signed(first, claims().subject("bob").build()).value().split("\\.", -1)[1];
    String swapped =
        good.value().substring(0, dot + 1)
            + body
            + good.value().substring(good.value().lastIndexOf('.'));
    assertThat(checks.check(new Secret(swapped))).isEqualTo(new TokenCheck.Forged("signature"));
    RSAKey stranger = new RSAKey.Builder(second).keyID("first").build();
    assertThat(checks.check(signed(stranger, claims().build())))
        .isEqualTo(new TokenCheck.Forged("signature"));
    assertThat(checks.check(signed(first, claims().audience("other").build())))
        .isEqualTo(new TokenCheck.Forged("audience"));
    assertThat(checks.check(new Secret(new PlainJWT(claims().build()).serialize())))
        .isEqualTo(new TokenCheck.Forged("unsigned"));
  }

  @Test
  void what_cannot_be_checked_is_not_held_against_the_grant() throws Exception {
    SignedJWT shared = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims().build());
    shared.sign(new MACSigner("0123456789abcdef0123456789abcdef"));
    for (Secret one :
        List.of(
            new Secret("opaque"),
            new Secret("a.b.c"),
            new Secret("..."),
            new Secret(shared.serialize()),
            signed(second, claims().build()))) {
      assertThat(checks().check(one)).isInstanceOf(TokenCheck.Unchecked.class);
    }
    assertThat(
            checks(false, Optional.empty())
                .check(new Secret(new PlainJWT(claims().build()).serialize())))
        .isInstanceOf(TokenCheck.Unchecked.class);
  }

  @Test
  void a_token_of_another_issuer_is_not_ours_to_judge() throws Exception {
    TokenChecks checks = checks(true, Optional.of("mail"));
    JWTClaimsSet foreign = claims().issuer("https://other.example").build();
    RSAKey sameName = new RSAKey.Builder(second).keyID("first").build();
    List<Secret> tokens =
        List.of(
            signed(second, foreign),
            signed(sameName, foreign),
            signed(new JWSHeader.Builder(JWSAlgorithm.RS256), second, foreign),
            signed(first, foreign),
            new Secret(new PlainJWT(foreign).serialize()));
    for (Secret token : tokens) {
      assertThat(checks.check(token)).isInstanceOf(TokenCheck.Unchecked.class);
    }
  }

  @Test
  void a_token_that_does_not_say_whose_it_is_or_under_which_key_is_not_accused() throws Exception {
    RSAKey sameName = new RSAKey.Builder(second).keyID("first").build();
    JWSHeader.Builder nameless = new JWSHeader.Builder(JWSAlgorithm.RS256);
    assertThat(checks().check(signed(sameName, claims().issuer(null).build())))
        .isInstanceOf(TokenCheck.Unchecked.class);
    assertThat(checks().check(signed(nameless, second, claims().build())))
        .as("under a key of yesterday, maybe")
        .isInstanceOf(TokenCheck.Unchecked.class);
    assertThat(checks().check(signed(nameless, first, claims().build())))
        .isInstanceOf(TokenCheck.Sound.class);
    assertThat(
            checks(Optional.empty(), true, Optional.empty())
                .check(signed(sameName, claims().build())))
        .as("of a provider that has no known issuer")
        .isInstanceOf(TokenCheck.Unchecked.class);
  }

  @Test
  void a_form_that_is_not_known_is_no_bad_signature() throws Exception {
    JWSHeader.Builder typed =
        new JWSHeader.Builder(JWSAlgorithm.RS256)
            .keyID("first")
            .type(new JOSEObjectType("access_token"));
    JWSHeader.Builder critical =
        new JWSHeader.Builder(JWSAlgorithm.RS256)
            .keyID("first")
            .customParam("sealed", true)
            .criticalParams(Set.of("sealed"));
    for (JWSHeader.Builder header : List.of(typed, critical)) {
      assertThat(checks().check(signed(header, first, claims().build())))
          .isInstanceOf(TokenCheck.Unchecked.class);
    }
  }

  @Test
  void nobody_is_accused_by_old_keys_while_new_ones_cannot_be_had() throws Exception {
    TokenChecks checks = checks();
    assertThat(checks.check(signed(first, claims().build()))).isInstanceOf(TokenCheck.Sound.class);
    Secret exchanged = signed(new RSAKey.Builder(second).keyID("first").build(), claims().build());
    status = 500;
    ticks.addAndGet(Duration.ofSeconds(11).toNanos());
    assertThat(checks.check(exchanged)).isInstanceOf(TokenCheck.Unchecked.class);
    status = 200;
    ticks.addAndGet(Duration.ofSeconds(11).toNanos());
    assertThat(checks.check(exchanged))
        .as("now it is known")
        .isEqualTo(new TokenCheck.Forged("signature"));
    publish(second);
    ticks.addAndGet(Duration.ofSeconds(11).toNanos());
    assertThat(checks.check(exchanged))
        .as("under a key that was taken back")
        .isInstanceOf(TokenCheck.Unchecked.class);
  }

  @Test
  void a_new_key_is_found_and_one_that_was_taken_back_is_forgotten() throws Exception {
    TokenChecks checks = checks();
    Secret old = signed(first, claims().build());
    Secret young = signed(second, claims().build());
    assertThat(checks.check(old)).isInstanceOf(TokenCheck.Sound.class);
    publish(second);
    assertThat(checks.check(young)).isInstanceOf(TokenCheck.Unchecked.class);
    ticks.addAndGet(Duration.ofSeconds(11).toNanos());
    assertThat(checks.check(young)).isInstanceOf(TokenCheck.Sound.class);
    assertThat(checks.check(old)).isInstanceOf(TokenCheck.Unchecked.class);
    assertThat(fetched).hasValue(2);
  }

  @Test
  void unknown_keys_make_nobody_ask_again_and_again() throws Exception {
    TokenChecks checks = checks();
    for (int i = 0; i < 50; i++) {
      RSAKey unknown = new RSAKey.Builder(second).keyID("unknown-" + i).build();
      assertThat(checks.check(signed(unknown, claims().build())))
          .isInstanceOf(TokenCheck.Unchecked.class);
    }
    assertThat(fetched).hasValue(1);
  }

  @Test
  void while_keys_cannot_be_had_the_old_ones_stay() throws Exception {
    TokenChecks checks = checks();
    Secret token = signed(first, claims().build());
    assertThat(checks.check(token)).isInstanceOf(TokenCheck.Sound.class);
    for (String broken : List.of("", "{", "[]", "{\"keys\":7}", "x".repeat(100_000))) {
      document = broken;
      ticks.addAndGet(Duration.ofHours(2).toNanos());
      assertThat(checks.check(signed(second, claims().build())))
          .isInstanceOf(TokenCheck.Unchecked.class);
      assertThat(checks.check(token)).isInstanceOf(TokenCheck.Sound.class);
    }
    status = 500;
    ticks.addAndGet(Duration.ofHours(2).toNanos());
    assertThat(checks.check(token)).isInstanceOf(TokenCheck.Sound.class);
  }

  @Test
  void many_at_once_fetch_the_keys_once() throws Exception {
    TokenChecks checks = checks();
    Secret token = signed(first, claims().build());
    List<Future<TokenCheck>> all = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      all.add(threads.submit(() -> checks.check(token)));
    }
    for (Future<TokenCheck> one : all) {
      assertThat(one.get()).isInstanceOf(TokenCheck.Sound.class);
    }
    assertThat(fetched).hasValue(1);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5, 8})
  void no_noise_makes_a_token_sound(long seed) throws Exception {
    Random random = new Random(seed);
    TokenChecks checks = checks();
    String good = signed(first, claims().build()).value();
    int signature = good.lastIndexOf('.') + 1;
    for (int i = 0; i < 200; i++) {
      StringBuilder bad = new StringBuilder(good);
      int at = random.nextInt(signature);
      char other = (char) random.nextInt(33, 127);
      if (other == good.charAt(at)) {
        continue;
      }
      bad.setCharAt(at, other);
      assertThat(checks.check(new Secret(bad.toString()))).isNotInstanceOf(TokenCheck.Sound.class);
    }
  }
}
