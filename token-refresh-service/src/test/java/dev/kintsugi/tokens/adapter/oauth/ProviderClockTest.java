package dev.kintsugi.tokens.adapter.oauth;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.SignedJWT;
import dev.kintsugi.tokens.domain.ClockOffset;
import dev.kintsugi.tokens.domain.ProviderAnswer;
import dev.kintsugi.tokens.domain.Secret;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A provider's clock, read from its answers and used where its times meet ours. */
class ProviderClockTest {

  private static final Instant NOW = TestEndpoint.NOW;

  private final HttpClient http = HttpClient.newHttpClient();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private RawEndpoint provider;

  @BeforeEach
  void start() throws Exception {
    provider = new RawEndpoint();
  }

  @AfterEach
  void stop() throws Exception {
    provider.close();
    http.close();
    threads.shutdownNow();
  }

  private OAuthProvider client(ClientCredential credential) {
    return TestEndpoint.client(provider.url(), credential, Duration.ofSeconds(2), http, threads);
  }

  private static String http(Instant moment) {
    return DateTimeFormatter.RFC_1123_DATE_TIME.format(moment.atOffset(ZoneOffset.UTC));
  }

  private void ahead(Duration lead) {
    String date = "Date: " + http(NOW.plus(lead)) + "\r\n";
    provider.behave(out -> out.write(RawEndpoint.answer(200, date, "{\"access_token\":\"a1\"}")));
  }

  @Test
  void an_answer_tells_its_providers_time() {
    OAuthProvider client = client(new ClientCredential.None());
    assertThat(client.clock()).isEqualTo(ClockOffset.UNKNOWN);
    ahead(Duration.ofSeconds(90));
    client.redeem(new Secret("r0"));
    assertThat(client.clock().lead()).isBetween(Duration.ofSeconds(90), Duration.ofSeconds(91));
  }

  @Test
  void a_time_to_come_again_is_by_the_providers_clock() {
    OAuthProvider client = client(new ClientCredential.None());
    String headers =
        "Date: %s\r\nRetry-After: %s\r\n"
            .formatted(http(NOW.plusSeconds(90)), http(NOW.plusSeconds(130)));
    provider.behave(out -> out.write(RawEndpoint.answer(503, headers, "")));
    ProviderAnswer answer = client.redeem(new Secret("r0"));
    assertThat(((ProviderAnswer.Failed) answer).retryAfter().orElseThrow())
        .isBetween(Duration.ofSeconds(39), Duration.ofSeconds(40));
  }

  @Test
  void an_assertion_is_dated_by_the_providers_clock() throws Exception {
    KeyPairGenerator keys = KeyPairGenerator.getInstance("EC");
    keys.initialize(256);
    AssertionKey key =
        new AssertionKey(
            keys.generateKeyPair().getPrivate(), SigningAlgorithm.ES256, Optional.empty());
    OAuthProvider client = client(new ClientCredential.Signed(key, Optional.empty()));
    ahead(Duration.ofMinutes(-2));
    client.redeem(new Secret("r0"));
    client.redeem(new Secret("r0"));
    String form = provider.bodies().getLast();
    SignedJWT assertion = SignedJWT.parse(form.replaceAll(".*client_assertion=", ""));
    assertThat(assertion.getJWTClaimsSet().getIssueTime().toInstant())
        .isBetween(NOW.minusSeconds(120), NOW.minusSeconds(119));
  }

  @Test
  void what_a_token_says_of_its_end_is_read_by_the_providers_clock() {
    ProviderClock clock = new ProviderClock(() -> NOW);
    assertThat(clock.ours(NOW)).isEqualTo(NOW);
    clock.answered(headers("Date", http(NOW.plusSeconds(60))), NOW);
    assertThat(clock.ours(NOW.plusSeconds(60))).isBetween(NOW.minusSeconds(1), NOW);
    assertThat(clock.ours(Instant.MAX)).isNotNull();
    assertThat(clock.ours(Instant.MIN)).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "yesterday",
        "0",
        "-1",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Fri, 31 Dec 999999999 23:59:59 GMT",
        "Thu, 01 Jan 2026 25:00:00 GMT"
      })
  void a_date_that_makes_no_sense_changes_nothing(String date) {
    ProviderClock clock = new ProviderClock(() -> NOW);
    clock.answered(headers("Date", date), NOW);
    assertThat(clock.offset()).isEqualTo(ClockOffset.UNKNOWN);
    assertThat(clock.instant()).isEqualTo(NOW);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT", "3153600000", "601"})
  void nobody_is_put_off_for_longer_than_ten_minutes(String retryAfter) {
    assertThat(TokenAnswers.retryAfter(headers("Retry-After", retryAfter), NOW))
        .contains(Duration.ofMinutes(10));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "-5", "soon", "0", "99999999999999999999", "Thu, 01 Jan 1970 00:00:00 GMT"})
  void a_senseless_time_to_come_again_is_none(String retryAfter) {
    assertThat(TokenAnswers.retryAfter(headers("Retry-After", retryAfter), NOW)).isEmpty();
  }

  private static HttpHeaders headers(String name, String value) {
    return HttpHeaders.of(Map.of(name, List.of(value)), (_, _) -> true);
  }
}
