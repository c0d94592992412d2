package dev.kintsugi.tokens.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kintsugi.signin.OAuthClient;
import dev.kintsugi.signin.SignIn;
import dev.kintsugi.signin.SignInException;
import dev.kintsugi.signin.Tokens;
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
