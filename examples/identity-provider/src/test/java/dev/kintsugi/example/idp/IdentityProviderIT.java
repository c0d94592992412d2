package dev.kintsugi.example.idp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.signin.OAuthClient;
import dev.kintsugi.signin.SignIn;
import dev.kintsugi.signin.SignInException;
import dev.kintsugi.signin.Tokens;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class IdentityProviderIT {

  private static final Set<String> OPENID = Set.of("openid");
  private static final String PASSWORD = "kintsugi";
  private static final JsonMapper JSON = JsonMapper.shared();

  private static ConfigurableApplicationContext provider;
  private static URI issuer;
  private static HttpClient http;

  private final SignIn webmail =
      new SignIn(issuer, OAuthClient.confidential("webmail", "webmail-secret"));
  private final SignIn admin =
      new SignIn(issuer, OAuthClient.confidential("kintsugi-admin", "kintsugi-admin-secret"));

  @BeforeAll
  static void start() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    issuer = URI.create("http://127.0.0.1:" + port);
    http = HttpClient.newHttpClient();
    provider = new SpringApplicationBuilder(IdentityProvider.class).run("--server.port=" + port);
  }

  @AfterAll
  static void stop() {
    http.close();
    provider.close();
  }

  @AfterEach
  void close() {
    webmail.close();
    admin.close();
  }

  @Test
  void a_user_signs_in_and_the_token_says_who_through_which_application() {
    Tokens tokens = webmail.user("alice@example.org", PASSWORD, OPENID);

    JsonNode claims = part(tokens.accessToken(), 1);
    assertThat(part(tokens.accessToken(), 0).get("alg").asString()).isEqualTo("RS256");
    assertThat(claims.get("sub").asString()).isEqualTo("alice@example.org");
    assertThat(claims.get("client_id").asString()).isEqualTo("webmail");
    assertThat(claims.get("scope").asString()).isEqualTo("openid");
    assertThat(claims.get("iss").asString()).isEqualTo(issuer.toString());
    assertThat(claims.get("exp").asLong() - claims.get("iat").asLong()).isEqualTo(120);
    assertThat(tokens.refreshToken()).isNotNull();
    assertThat(tokens.toString())
        .doesNotContain(tokens.accessToken())
        .doesNotContain(tokens.refreshToken());
  }

  @Test
  void a_public_client_signs_in_by_proof_key_alone() {
    try (SignIn cli = new SignIn(issuer, OAuthClient.withoutSecret("kintsugi-cli"))) {
      Tokens tokens = cli.user("bob", PASSWORD, OPENID);
      assertThat(part(tokens.accessToken(), 1).get("client_id").asString())
          .isEqualTo("kintsugi-cli");
      assertThat(tokens.refreshToken()).isNull();
    }
  }

  @Test
  void a_wrong_password_is_refused() {
    assertRefused(() -> webmail.user("alice", "guess", OPENID), "access_denied");
  }

  @Test
  void a_user_never_gets_the_scopes_of_applications() {
    assertRefused(
        () -> webmail.user("alice", PASSWORD, Set.of("openid", "kintsugi.any-user")),
        "invalid_scope");
    assertRefused(() -> webmail.user("alice", PASSWORD, Set.of("kintsugi.admin")), "invalid_scope");
  }

  @Test
  void an_application_gets_its_own_scopes_only() {
    Tokens tokens = webmail.application(Set.of("kintsugi.any-user"));
    assertThat(part(tokens.accessToken(), 1).get("scope").asString())
        .isEqualTo("kintsugi.any-user");
    assertRefused(() -> webmail.application(Set.of("kintsugi.admin")), "invalid_scope");
    assertRefused(() -> webmail.application(OPENID), "invalid_scope");
    try (SignIn forged = new SignIn(issuer, OAuthClient.confidential("webmail", "guess"))) {
      assertRefused(() -> forged.application(Set.of("kintsugi.any-user")), "invalid_client");
    }
  }

  @Test
  void refresh_tokens_rotate() {
    Tokens first = webmail.user("alice", PASSWORD, OPENID);
    Tokens second = webmail.refresh(first.refreshToken());
    assertThat(second.refreshToken()).isNotEqualTo(first.refreshToken());
    assertThat(part(second.accessToken(), 1).get("sub").asString()).isEqualTo("alice");
    assertThat(part(second.accessToken(), 1).get("scope").asString()).isEqualTo("openid");
    assertRefused(() -> webmail.refresh(first.refreshToken()), "invalid_grant");
    assertThat(webmail.refresh(second.refreshToken()).accessToken()).isNotEmpty();
  }

  @Test
  void of_many_that_redeem_one_refresh_token_at_once_one_wins() {
    String token = webmail.user("alice", PASSWORD, OPENID).refreshToken();
    List<CompletableFuture<Tokens>> all =
        IntStream.range(0, 16)
            .mapToObj(i -> CompletableFuture.supplyAsync(() -> webmail.refresh(token)))
            .toList();
    List<Tokens> won = new ArrayList<>();
    for (CompletableFuture<Tokens> one : all) {
      try {
        won.add(one.join());
      } catch (CompletionException lost) {
        assertThat(((SignInException) lost.getCause()).oauthError()).isEqualTo("invalid_grant");
      }
    }
    assertThat(won).hasSize(1);
    assertThat(webmail.refresh(won.getFirst().refreshToken()).refreshToken()).isNotNull();
  }

  @Test
  void a_revoked_refresh_token_is_of_no_use() {
    Tokens tokens = webmail.user("alice", PASSWORD, OPENID);
    webmail.revoke(tokens.refreshToken());
    webmail.revoke(tokens.refreshToken());
    assertRefused(() -> webmail.refresh(tokens.refreshToken()), "invalid_grant");
  }

  @Test
  void hundreds_of_users_sign_in_at_once() {
    List<CompletableFuture<Tokens>> all =
        IntStream.range(0, 300)
            .mapToObj(i -> webmail.userAsync("user-" + i, PASSWORD, OPENID))
            .toList();
    for (int i = 0; i < all.size(); i++) {
      assertThat(part(all.get(i).join().accessToken(), 1).get("sub").asString())
          .isEqualTo("user-" + i);
    }
  }

  @Test
  void the_admin_shortens_the_lives_of_tokens_to_come() throws Exception {
    String token = admin.application(Set.of("kintsugi.admin")).accessToken();
    try {
      HttpResponse<String> answer = put(token, "{\"accessTokenTtl\":\"PT5S\"}");
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(JSON.readTree(answer.body()).get("accessTokenTtl").asString()).isEqualTo("PT5S");
      assertThat(webmail.user("alice", PASSWORD, OPENID).lifetime())
          .isBetween(Duration.ofSeconds(4), Duration.ofSeconds(5));
    } finally {
      assertThat(put(token, "{\"accessTokenTtl\":\"PT2M\"}").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void only_the_admin_changes_settings() throws Exception {
    String change = "{\"accessTokenTtl\":\"PT1H\"}";
    assertThat(put(null, change).statusCode()).isEqualTo(401);
    assertThat(put("forged", change).statusCode()).isEqualTo(401);
    String application = webmail.application(Set.of("kintsugi.any-user")).accessToken();
    assertThat(put(application, change).statusCode()).isEqualTo(403);
    String user = webmail.user("alice", PASSWORD, OPENID).accessToken();
    assertThat(put(user, change).statusCode()).isEqualTo(403);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "{}",
        "{\"accessTokenTtl\":\"soon\"}",
        "{\"accessTokenTtl\":\"PT0S\"}",
        "{\"accessTokenTtl\":\"-PT5S\"}",
        "{\"accessTokenTtl\":{\"a\":1}}",
        "{\"accessTokenTtl\":\"P9999D\"}",
        "{\"unknown\":1}"
      })
  void settings_that_make_no_sense_are_refused(String body) throws Exception {
    String token = admin.application(Set.of("kintsugi.admin")).accessToken();
    HttpResponse<String> answer = put(token, body);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
  }

  @Test
  void the_code_goes_to_a_registered_address_only() {
    for (String elsewhere :
        List.of(
            "http://127.0.0.1/other",
            "http://evil.example/callback",
            "http://localhost/callback")) {
      OAuthClient client = new OAuthClient("webmail", "webmail-secret", URI.create(elsewhere));
      try (SignIn thief = new SignIn(issuer, client)) {
        assertThatThrownBy(() -> thief.user("alice", PASSWORD, OPENID))
            .isInstanceOf(SignInException.class);
      }
    }
    OAuthClient anyPort =
        new OAuthClient("webmail", "webmail-secret", URI.create("http://127.0.0.1:54321/callback"));
    try (SignIn app = new SignIn(issuer, anyPort)) {
      assertThat(app.user("alice", PASSWORD, OPENID).accessToken()).isNotEmpty();
    }
  }

  @Test
  void metadata_names_the_endpoints() throws Exception {
    for (String document : List.of("openid-configuration", "oauth-authorization-server")) {
      JsonNode metadata = JSON.readTree(get("/.well-known/" + document).body());
      assertThat(metadata.get("issuer").asString()).isEqualTo(issuer.toString());
      assertThat(metadata.get("revocation_endpoint").asString()).startsWith(issuer.toString());
      assertThat(get(URI.create(metadata.get("jwks_uri").asString()).getPath()).body())
          .contains("RS256")
          .doesNotContain("\"d\"");
    }
    assertThat(get("/actuator/health").statusCode()).isEqualTo(200);
    assertThat(get("/actuator/env").statusCode()).isNotEqualTo(200);
  }

  private static HttpResponse<String> put(String token, String body) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(issuer.resolve("/admin/settings"))
            .header("Content-Type", "application/json")
            .PUT(BodyPublishers.ofString(body));
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private static HttpResponse<String> get(String path) throws Exception {
    return http.send(HttpRequest.newBuilder(issuer.resolve(path)).build(), BodyHandlers.ofString());
  }

  private static void assertRefused(Runnable call, String error) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            SignInException.class, refusal -> assertThat(refusal.oauthError()).isEqualTo(error));
  }

  private static JsonNode part(String jwt, int index) {
    byte[] json = Base64.getUrlDecoder().decode(jwt.split("\\.", -1)[index]);
    return JSON.readTree(new String(json, StandardCharsets.UTF_8));
  }
}
