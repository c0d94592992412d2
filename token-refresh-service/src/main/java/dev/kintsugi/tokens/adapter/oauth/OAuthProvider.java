package dev.kintsugi.tokens.adapter.oauth;

import dev.kintsugi.tokens.adapter.oauth.BoundedHttp.Answer;
import dev.kintsugi.tokens.adapter.oauth.ProviderMetadata.Where;
import dev.kintsugi.tokens.adapter.oauth.ProviderSettings.Endpoints;
import dev.kintsugi.tokens.domain.ClockOffset;
import dev.kintsugi.tokens.domain.FailureReason;
import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.domain.ProviderAnswer;
import dev.kintsugi.tokens.domain.Secret;
import dev.kintsugi.tokens.domain.TokenCheck;
import dev.kintsugi.tokens.runtime.Provider;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;

/** An OAuth 2.0 provider: refresh grant (RFC 6749 §6) and revocation (RFC 7009). Thread-safe. */
public final class OAuthProvider implements Provider {

  private final ProviderSettings settings;
  private final BoundedHttp http;
  private final ProviderMetadata metadata;
  private final InstantSource clock;
  private final TokenChecks checks;
  private final ClientRequests requests;
  private final ProviderClock providersClock;

  /**
   * Asks a provider through a client.
   *
   * @param client must not follow redirects
   * @param threads where its keys are fetched
   */
  public OAuthProvider(
      ProviderSettings settings, HttpClient client, InstantSource clock, ExecutorService threads) {
    this.settings = settings;
    this.http = new BoundedHttp(client);
    this.metadata = new ProviderMetadata(settings.endpoints(), http, clock);
    this.clock = clock;
    this.providersClock = new ProviderClock(clock);
    this.requests = new ClientRequests(settings.clientId(), settings.credential(), providersClock);
    ProviderKeys keys =
        new ProviderKeys(this::keysAt, http, settings.timeout(), System::nanoTime, threads);
    this.checks =
        new TokenChecks(
            keys, issuer(settings.endpoints()), settings.verification(), providersClock);
  }

  private static Optional<URI> issuer(Endpoints endpoints) {
    return switch (endpoints) {
      case Endpoints.Fixed _ -> Optional.empty();
      case Endpoints.Discovered(URI issuer) -> Optional.of(issuer);
    };
  }

  private Optional<URI> keysAt() {
    return metadata.endpoints(settings.timeout()) instanceof Where.At(Endpoints.Fixed endpoints)
        ? endpoints.keys()
        : Optional.empty();
  }

  @Override
  public String name() {
    return settings.name();
  }

  /** For the metadata and for the call. */
  @Override
  public Duration timeout() {
    return settings.timeout().multipliedBy(2);
  }

  @Override
  public Duration assumedLifetime() {
    return settings.assumedLifetime();
  }

  @Override
  public Duration reuseWindow() {
    return settings.reuseWindow();
  }

  @Override
  public ClockOffset clock() {
    return providersClock.offset();
  }

  @Override
  public ProviderAnswer redeem(Secret refreshToken) {
    return switch (metadata.endpoints(settings.timeout())) {
      case Where.Unknown(FailureReason reason) ->
          new ProviderAnswer.Failed(reason, Optional.empty());
      case Where.At(var endpoints) -> {
        Map<String, String> form = new LinkedHashMap<>();
        form.put("grant_type", "refresh_token");
        form.put("refresh_token", refreshToken.value());
        yield switch (ask(endpoints.token(), endpoints, form)) {
          case Answer.Nothing(FailureReason reason) ->
              new ProviderAnswer.Failed(reason, Optional.empty());
          case Answer.Got(var response) -> TokenAnswers.read(response, providersClock.instant());
        };
      }
    };
  }

  @Override
  public TokenCheck check(Secret accessToken) {
    return checks.check(accessToken);
  }

  @Override
  public Revocation revoke(Grant grant) {
    Optional<Secret> token = grant.refreshToken().or(() -> grant.access().map(it -> it.value()));
    if (token.isEmpty()) {
      return Revocation.NOTHING;
    }
    return switch (metadata.endpoints(settings.timeout())) {
      case Where.Unknown _ -> Revocation.FAILED;
      case Where.At(var endpoints) ->
          endpoints
              .revocation()
              .map(at -> revoke(at, endpoints, token.get(), grant.refreshToken().isPresent()))
              .orElse(Revocation.NOTHING);
    };
  }

  private Revocation revoke(
      URI endpoint, Endpoints.Fixed endpoints, Secret token, boolean isRefreshToken) {
    Map<String, String> form = new LinkedHashMap<>();
    form.put("token", token.value());
    form.put("token_type_hint", isRefreshToken ? "refresh_token" : "access_token");
    return switch (ask(endpoint, endpoints, form)) {
      case Answer.Got(var response) when response.statusCode() == 200 -> Revocation.DONE;
      case Answer.Got _, Answer.Nothing _ -> Revocation.FAILED;
    };
  }

  /** Posts a form; a failure to do so is an answer as well. */
  private Answer ask(URI endpoint, Endpoints.Fixed endpoints, Map<String, String> form) {
    HttpRequest request;
    try {
      request = requests.post(endpoint, endpoints.token(), form);
    } catch (IllegalArgumentException noAddress) {
      return new Answer.Nothing(FailureReason.MALFORMED);
    }
    Instant sent = clock.instant();
    Answer answer = http.send(request, settings.timeout());
    if (answer instanceof Answer.Got(var response)) {
      providersClock.answered(response.headers(), sent);
    }
    return answer;
  }
}
