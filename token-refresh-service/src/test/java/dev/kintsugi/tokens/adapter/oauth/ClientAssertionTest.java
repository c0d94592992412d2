package dev.kintsugi.tokens.adapter.oauth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jwt.SignedJWT;
import dev.kintsugi.tokens.adapter.oauth.TestEndpoint.Asked;
import dev.kintsugi.tokens.domain.ProviderAnswer;
import dev.kintsugi.tokens.domain.Secret;
import dev.kintsugi.tokens.runtime.Provider.Revocation;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Date;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Assertions of the client, read as a provider reads them (RFC 7523 §3). */
class ClientAssertionTest {

  private static KeyPair rsa;
  private static KeyPair p256;
  private static KeyPair p384;
  private static KeyPair weak;

  private TestEndpoint provider;

  @BeforeAll
  static void makeKeys() throws Exception {
    rsa = rsaKey(2048);
    weak = rsaKey(1024);
    p256 = curveKey("secp256r1");
    p384 = curveKey("secp384r1");
  }

  private static KeyPair rsaKey(int bits) throws Exception {
    KeyPairGenerator keys = KeyPairGenerator.getInstance("RSA");
    keys.initialize(bits);
    return keys.generateKeyPair();
  }

  private static KeyPair curveKey(String curve) throws Exception {
    KeyPairGenerator keys = KeyPairGenerator.getInstance("EC");
    keys.initialize(new ECGenParameterSpec(curve));
    return keys.generateKeyPair();
  }

  @BeforeEach
  void start() throws Exception {
    provider = new TestEndpoint();
  }

  @AfterEach
  void stop() {
    provider.close();
  }

  private static AssertionKey key(SigningAlgorithm algorithm) {
    KeyPair pair = algorithm == SigningAlgorithm.ES256 ? p256 : rsa;
    return new AssertionKey(pair.getPrivate(), algorithm, Optional.of("key-1"));
  }

  private static JWSVerifier verifier(SigningAlgorithm algorithm) throws Exception {
    return algorithm == SigningAlgorithm.ES256
        ? new ECDSAVerifier((ECPublicKey) p256.getPublic())
        : new RSASSAVerifier((RSAPublicKey) rsa.getPublic());
  }

  private ClientCredential.Signed signed(Optional<String> audience) {
    return new ClientCredential.Signed(key(SigningAlgorithm.RS256), audience);
  }

  private static SignedJWT assertion(Asked request) throws Exception {
    assertThat(request.form())
        .containsEntry("client_id", "webmail")
        .containsEntry(
            "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
        .doesNotContainKey("client_secret");
    assertThat(request.authorization()).isEmpty();
    return SignedJWT.parse(request.form().get("client_assertion"));
  }

  @ParameterizedTest
  @EnumSource
  void a_renewal_shows_an_assertion_that_the_provider_can_verify(SigningAlgorithm algorithm)
      throws Exception {
    OAuthProvider client =
        provider.client(new ClientCredential.Signed(key(algorithm), Optional.empty()));
    assertThat(client.redeem(new Secret("r0"))).isInstanceOf(ProviderAnswer.Granted.class);
    SignedJWT assertion = assertion(provider.asked().getFirst());
    assertThat(assertion.verify(verifier(algorithm))).isTrue();
    assertThat(assertion.getHeader().getAlgorithm()).isEqualTo(algorithm.jose());
    assertThat(assertion.getHeader().getKeyID()).isEqualTo("key-1");
    var claims = assertion.getJWTClaimsSet();
    assertThat(claims.getIssuer()).isEqualTo("webmail");
    assertThat(claims.getSubject()).isEqualTo("webmail");
    assertThat(claims.getAudience()).containsExactly(provider.url() + "/token");
    assertThat(claims.getIssueTime()).isEqualTo(Date.from(TestEndpoint.NOW));
    assertThat(claims.getExpirationTime())
        .isEqualTo(Date.from(TestEndpoint.NOW.plus(AssertionKey.LIFETIME)));
  }

  @Test
  void every_request_has_an_assertion_of_its_own() throws Exception {
    OAuthProvider client = provider.client(signed(Optional.empty()));
    Set<String> ids = new HashSet<>();
    for (int i = 0; i < 50; i++) {
      client.redeem(new Secret("r0"));
      ids.add(assertion(provider.asked().get(i)).getJWTClaimsSet().getJWTID());
    }
    assertThat(ids).hasSize(50).doesNotContain("");
  }

  @Test
  void a_revocation_names_the_token_endpoint_too() throws Exception {
    OAuthProvider client = provider.client(signed(Optional.empty()));
    assertThat(client.revoke(TestEndpoint.grant("r0"))).isEqualTo(Revocation.DONE);
    Asked request = provider.asked().getFirst();
    assertThat(request.path()).isEqualTo("/revoke");
    assertThat(request.form()).containsEntry("token", "r0");
    assertThat(assertion(request).getJWTClaimsSet().getAudience())
        .containsExactly(provider.url() + "/token");
  }

  /** Else whoever runs the one could show himself as this client to the other. */
  @Test
  void what_is_sent_to_another_server_does_not_name_the_token_endpoint() throws Exception {
    try (TestEndpoint other = new TestEndpoint()) {
      ClientRequests requests =
          new ClientRequests("webmail", signed(Optional.empty()), () -> TestEndpoint.NOW);
      URI elsewhere = URI.create(other.url() + "/revoke");
      HttpRequest request =
          requests.post(elsewhere, URI.create(provider.url() + "/token"), Map.of("token", "r0"));
      try (HttpClient http = HttpClient.newHttpClient()) {
        http.send(request, HttpResponse.BodyHandlers.discarding());
      }
      assertThat(assertion(other.asked().getFirst()).getJWTClaimsSet().getAudience())
          .containsExactly(elsewhere.toString());
    }
  }

  @Test
  void a_provider_may_want_to_be_named_otherwise() throws Exception {
    OAuthProvider client = provider.client(signed(Optional.of("https://idp.example")));
    client.redeem(new Secret("r0"));
    assertThat(assertion(provider.asked().getFirst()).getJWTClaimsSet().getAudience())
        .containsExactly("https://idp.example");
  }

  @Test
  void a_key_that_does_not_fit_its_algorithm_is_refused() {
    refused(p256, SigningAlgorithm.RS256, "RS256 needs an RSA key");
    refused(p256, SigningAlgorithm.PS256, "PS256 needs an RSA key");
    refused(rsa, SigningAlgorithm.ES256, "ES256 needs an elliptic curve key");
    refused(p384, SigningAlgorithm.ES256, "on the curve P-256");
    refused(weak, SigningAlgorithm.RS256, "at least 2048 bits");
  }

  private static void refused(KeyPair pair, SigningAlgorithm algorithm, String why) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new AssertionKey(pair.getPrivate(), algorithm, Optional.empty()))
        .withMessageContaining(why);
  }

  @Test
  void a_secret_goes_into_the_header_or_the_body_and_a_public_client_shows_its_name() {
    Secret secret = new Secret("p w");
    provider.client(new ClientCredential.Basic(secret)).redeem(new Secret("r0"));
    provider.client(new ClientCredential.Post(secret)).redeem(new Secret("r0"));
    provider.client(new ClientCredential.None()).redeem(new Secret("r0"));
    assertThat(provider.asked().get(0).authorization()).hasValue("Basic d2VibWFpbDpwK3c=");
    assertThat(provider.asked().get(0).form()).doesNotContainKey("client_secret");
    assertThat(provider.asked().get(1).form()).containsEntry("client_secret", "p w");
    assertThat(provider.asked().get(2).form())
        .containsEntry("client_id", "webmail")
        .doesNotContainKeys("client_secret", "client_assertion");
  }

  @Test
  void nothing_shows_the_key() {
    AssertionKey key = key(SigningAlgorithm.RS256);
    assertThat(new ClientCredential.Signed(key, Optional.empty()).toString())
        .contains("AssertionKey[RS256]");
    assertThat(Instant.EPOCH.plus(AssertionKey.LIFETIME)).isEqualTo(Instant.ofEpochSecond(60));
  }
}
