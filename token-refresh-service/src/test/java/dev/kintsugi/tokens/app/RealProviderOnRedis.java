package dev.kintsugi.tokens.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.sun.net.httpserver.HttpServer;
import dev.kintsugi.signin.OAuthClient;
import dev.kintsugi.signin.SignIn;
import dev.kintsugi.signin.SignInException;
import dev.kintsugi.signin.Tokens;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole way with Spring Authorization Server: sign in, hand in, renew, revoke. Where Redis
 * comes from is for the classes below to say.
 */
abstract class RealProviderOnRedis {

  /** Starts a Redis of its own, which keeps its data in the directory if it needs one. */
  abstract TestRedis startRedis(Path directory) throws Exception;

  @Test
  void a_signed_in_users_token_is_renewed_until_the_grant_is_deleted(@TempDir Path directory)
      throws Exception {
    try (IdentityProviderProcess provider = new IdentityProviderProcess();
        TestRedis redis = startRedis(directory);
        SignIn webmail =
            new SignIn(provider.issuer, OAuthClient.confidential("webmail", "webmail-secret"));
        TestService service =
            new TestService(
                provider.issuer.toString(),
                redis.url(),
                "--kintsugi.tokens.providers.local.issuer=" + provider.issuer,
                "--kintsugi.tokens.providers.local.client-id=webmail",
                "--kintsugi.tokens.providers.local.client-secret=webmail-secret")) {
      Tokens signedIn = webmail.user("alice", "kintsugi", Set.of("openid"));
      String application = webmail.application(Set.of("kintsugi.any-user")).accessToken();
      HttpResponse<String> put =
          service.put(
              "/v1/grants/s1",
              application,
              "{\"userId\":\"alice\",\"refreshToken\":\"%s\",\"accessToken\":\"%s\",\"expiresIn\":3}"
                  .formatted(signedIn.refreshToken(), signedIn.accessToken()));
      assertThat(put.statusCode()).isEqualTo(201);

      TokensOnRedis.await(() -> {
        String token = token(service, application);
        return !token.isEmpty() && !token.equals(signedIn.accessToken());
      });
      String renewed = token(service, application);
      assertThat(service.get("/v1/grants/s1", renewed).statusCode()).isEqualTo(200);
      assertThatExceptionOfType(SignInException.class)
          .as("rotated")
          .isThrownBy(() -> webmail.refresh(signedIn.refreshToken()));

      assertThat(service.delete("/v1/grants/s1", application).statusCode()).isEqualTo(204);
      assertThat(service.get("/v1/grants/s1", renewed).statusCode()).isEqualTo(404);
    }
  }

  /** The same client has a secret, with which its user signs in, and a key, for all the rest. */
  @Test
  void a_client_that_shows_a_signed_assertion_is_served(@TempDir Path directory) throws Exception {
    RSAKey key = new RSAKeyGenerator(2048).keyID("key-1").generate();
    HttpServer keys =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    keys.createContext(
        "/",
        exchange ->
            TestProvider.answer(
                exchange, 200, "application/json", new JWKSet(key).toPublicJWKSet().toString()));
    keys.start();
    try (IdentityProviderProcess provider =
            new IdentityProviderProcess(
                "--idp.clients.webmail.jwk-set-url=http://127.0.0.1:"
                    + keys.getAddress().getPort());
        TestRedis redis = startRedis(directory);
        SignIn webmail =
            new SignIn(provider.issuer, OAuthClient.confidential("webmail", "webmail-secret"));
        TestService service =
            new TestService(
                provider.issuer.toString(),
                redis.url(),
                "--kintsugi.tokens.providers.local.issuer=" + provider.issuer,
                "--kintsugi.tokens.providers.local.client-id=webmail",
                "--kintsugi.tokens.providers.local.client-authentication=private-key-jwt",
                "--kintsugi.tokens.providers.local.client-key.location="
                    + ClientKeyPropertiesTest.pem(key.toPrivateKey().getEncoded()),
                "--kintsugi.tokens.providers.local.client-key.id=key-1")) {
      Tokens signedIn = webmail.user("alice", "kintsugi", Set.of("openid"));
      String application = webmail.application(Set.of("kintsugi.any-user")).accessToken();
      String grant =
          "{\"userId\":\"alice\",\"refreshToken\":\"%s\"}".formatted(signedIn.refreshToken());
      assertThat(service.put("/v1/grants/s1", application, grant).statusCode()).isEqualTo(201);
      String renewed = token(service, application);
      assertThat(service.get("/v1/grants/s1", renewed).statusCode()).isEqualTo(200);
    } finally {
      keys.stop(0);
    }
  }

  private static String token(TestService service, String application) {
    try {
      return TestService.json(service.get("/v1/grants/s1/access-token", application))
          .path("accessToken")
          .asString("");
    } catch (Exception failed) {
      throw new IllegalStateException(failed);
    }
  }
}
