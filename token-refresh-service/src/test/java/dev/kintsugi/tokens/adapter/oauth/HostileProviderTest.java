package dev.kintsugi.tokens.adapter.oauth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.tokens.adapter.oauth.ProviderSettings.Endpoints;
import dev.kintsugi.tokens.adapter.oauth.ProviderSettings.Verification;
import dev.kintsugi.tokens.domain.FailureReason;
import dev.kintsugi.tokens.domain.ProviderAnswer;
import dev.kintsugi.tokens.domain.Secret;
import dev.kintsugi.tokens.runtime.Provider.Revocation;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a provider sends, or does not send, is an answer in time. */
class HostileProviderTest {

  private static final Duration TIMEOUT = Duration.ofMillis(500);
  private static final CountDownLatch NEVER = new CountDownLatch(1);

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private RawEndpoint provider;

  @BeforeEach
  void start() throws Exception {
    provider = new RawEndpoint();
  }

  @AfterEach
  void stop() throws Exception {
    provider.close();
    http.shutdownNow();
    threads.shutdownNow();
  }

  private OAuthProvider client() {
    return TestEndpoint.client(provider.url(), new ClientCredential.None(), TIMEOUT, http, threads);
  }

  private static ProviderAnswer failed(FailureReason reason) {
    return new ProviderAnswer.Failed(reason, Optional.empty());
  }

  private static Arguments script(String name, FailureReason reason, RawEndpoint.Script script) {
    return Arguments.of(name, reason, script);
  }

  private static RawEndpoint.Script once(int status, String headers, String body) {
    return out -> out.write(RawEndpoint.answer(status, headers, body));
  }

  private static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
  }

  /** Bytes that come one by one, for longer than anybody waits. */
  private static void drip(OutputStream out, String text) throws IOException, InterruptedException {
    while (!NEVER.await(10, TimeUnit.MILLISECONDS)) {
      write(out, text);
    }
  }

  static Stream<Arguments> scripts() {
    String loop = "Location: /token\r\n";
    return Stream.of(
        script("html", FailureReason.MALFORMED, once(200, "", "<h1>welcome</h1>")),
        script("nothing", FailureReason.MALFORMED, once(200, "", "")),
        script("no json", FailureReason.MALFORMED, once(200, "", "{\"access_token\":")),
        script("deep", FailureReason.MALFORMED, once(200, "", "[".repeat(60_000))),
        script(
            "a token that is none", FailureReason.MALFORMED, once(200, "", "{\"access_token\":1}")),
        script(
            "no bearer",
            FailureReason.MALFORMED,
            once(200, "", "{\"access_token\":\"a\",\"token_type\":\"mac\"}")),
        script(
            "half a character",
            FailureReason.MALFORMED,
            once(200, "", "{\"access_token\":\"a\\ud800\"}")),
        script(
            "half a character to come back with",
            FailureReason.MALFORMED,
            once(200, "", "{\"access_token\":\"a\",\"refresh_token\":\"\\udc00\"}")),
        script(
            "a header of its own",
            FailureReason.MALFORMED,
            once(200, "", "{\"access_token\":\"a\\r\\nX: y\"}")),
        script("created", FailureReason.MALFORMED, once(201, "", "{\"access_token\":\"a\"}")),
        script("redirect without end", FailureReason.MALFORMED, once(302, loop, "")),
        script("redirect of a post", FailureReason.MALFORMED, once(308, loop, "")),
        script("not found", FailureReason.MALFORMED, once(404, "", "<h1>no</h1>")),
        script("too many", FailureReason.RATE_LIMITED, once(429, "", "")),
        script("failure", FailureReason.SERVER_ERROR, once(500, "", "oops")),
        script(
            "failure with a verdict",
            FailureReason.SERVER_ERROR,
            once(503, "", "{\"error\":\"invalid_grant\"}")),
        script(
            "not our client",
            FailureReason.CLIENT_REFUSED,
            once(401, "", "{\"error\":\"invalid_client\"}")),
        script("huge", FailureReason.TOO_LARGE, once(200, "", "x".repeat(1 << 20))),
        script("huge failure", FailureReason.TOO_LARGE, once(500, "", "x".repeat(1 << 20))),
        script(
            "endless",
            FailureReason.TOO_LARGE,
            out -> {
              write(out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
              for (int i = 0; i < 10_000; i++) {
                write(out, "400\r\n" + "x".repeat(1_024) + "\r\n");
              }
            }),
        script("hangs up", FailureReason.UNREACHABLE, _ -> {}),
        script("no http", FailureReason.UNREACHABLE, out -> write(out, "SSH-2.0-x\r\n\r\n")),
        script(
            "breaks off",
            FailureReason.UNREACHABLE,
            out ->
                write(out, "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"access_token\":\"a\"")),
        script(
            "drips a body",
            FailureReason.TIMEOUT,
            out -> {
              write(out, "HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n");
              drip(out, " ");
            }),
        script(
            "drips headers",
            FailureReason.TIMEOUT,
            out -> {
              write(out, "HTTP/1.1 200 OK\r\n");
              drip(out, "X: y\r\n");
            }),
        script("says nothing", FailureReason.TIMEOUT, out -> NEVER.await(5, TimeUnit.SECONDS)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("scripts")
  void whatever_it_sends_is_known_for_what_it_is_in_time(
      String name, FailureReason reason, RawEndpoint.Script script) {
    provider.behave(script);
    OAuthProvider client = client();
    long began = System.nanoTime();
    assertThat(client.redeem(new Secret("r0"))).as(name).isEqualTo(failed(reason));
    assertThat(Duration.ofNanos(System.nanoTime() - began))
        .isLessThan(client.timeout().plusSeconds(4));
    assertThat(provider.bodies()).as("asked once").hasSize(1);
  }

  @Test
  void whoever_has_too_much_to_do_says_when_to_come_again() {
    provider.behave(once(429, "Retry-After: 7\r\n", ""));
    assertThat(client().redeem(new Secret("r0")))
        .isEqualTo(
            new ProviderAnswer.Failed(
                FailureReason.RATE_LIMITED, Optional.of(Duration.ofSeconds(7))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "\"soon\"", "null", "1e400", "99999999999999999999", "\"3600\""})
  void a_token_is_taken_whatever_is_said_of_its_life(String lifetime) {
    provider.behave(
        once(200, "", "{\"access_token\":\"a\",\"expires_in\":%s}".formatted(lifetime)));
    ProviderAnswer answer = client().redeem(new Secret("r0"));
    assertThat(answer).isInstanceOf(ProviderAnswer.Granted.class);
    ((ProviderAnswer.Granted) answer)
        .lifetime()
        .ifPresent(it -> assertThat(it).isBetween(Duration.ofHours(1), Duration.ofDays(3_650)));
  }

  @Test
  void metadata_that_cannot_be_had_again_is_not_waited_for_by_each() {
    Instant[] now = {TestEndpoint.NOW};
    AtomicInteger asked = new AtomicInteger();
    RawEndpoint.Script metadata =
        once(
            200,
            "",
            "{\"issuer\":\"%1$s\",\"token_endpoint\":\"%1$s/token\"}".formatted(provider.url()));
    RawEndpoint.Script away =
        out -> {
          asked.incrementAndGet();
          once(500, "", "").answer(out);
        };
    ProviderMetadata known =
        new ProviderMetadata(
            new Endpoints.Discovered(URI.create(provider.url())),
            new BoundedHttp(http),
            () -> now[0]);
    provider.behave(metadata);
    ProviderMetadata.Where first = known.endpoints(TIMEOUT);
    assertThat(first).isInstanceOf(ProviderMetadata.Where.At.class);
    now[0] = now[0].plus(Duration.ofHours(1));
    provider.behave(away);
    for (int i = 0; i < 5; i++) {
      assertThat(known.endpoints(TIMEOUT)).isEqualTo(first);
    }
    assertThat(asked).as("each document once").hasValue(2);
    now[0] = now[0].plus(Duration.ofMinutes(1));
    assertThat(known.endpoints(TIMEOUT)).isEqualTo(first);
    assertThat(asked).hasValue(4);
  }

  @Test
  void nobody_there_is_an_answer_too() throws Exception {
    OAuthProvider client = client();
    provider.close();
    assertThat(client.redeem(new Secret("r0"))).isEqualTo(failed(FailureReason.UNREACHABLE));
    assertThat(client.revoke(TestEndpoint.grant("r0"))).isEqualTo(Revocation.FAILED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ftp://idp.example/token",
        "mailto:x",
        "/token",
        "http://",
        "http:///x",
        "http://127.0.0.1:99999/token",
        "http://[::g]/token",
        "https://a b/token"
      })
  void an_address_that_is_none_is_told_as_nonsense_of_the_provider(String endpoint) {
    provider.behave(
        once(
            200,
            "",
            "{\"issuer\":\"%s\",\"token_endpoint\":\"%s\",\"revocation_endpoint\":\"%s\"}"
                .formatted(provider.url(), endpoint, endpoint)));
    ProviderSettings settings =
        new ProviderSettings(
            "idp",
            new Endpoints.Discovered(URI.create(provider.url())),
            "webmail",
            new ClientCredential.None(),
            TIMEOUT,
            Duration.ofMinutes(5),
            Duration.ZERO,
            new Verification(false, Optional.empty()));
    OAuthProvider client = new OAuthProvider(settings, http, () -> TestEndpoint.NOW, threads);
    assertThat(client.redeem(new Secret("r0"))).isEqualTo(failed(FailureReason.MALFORMED));
    assertThat(client.revoke(TestEndpoint.grant("r0"))).isEqualTo(Revocation.FAILED);
  }
}
