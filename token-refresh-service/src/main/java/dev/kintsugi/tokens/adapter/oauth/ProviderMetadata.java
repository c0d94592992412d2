package dev.kintsugi.tokens.adapter.oauth;

import dev.kintsugi.tokens.adapter.oauth.BoundedHttp.Answer;
import dev.kintsugi.tokens.adapter.oauth.ProviderSettings.Endpoints;
import dev.kintsugi.tokens.domain.FailureReason;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The endpoints of a provider; discovered ones (OpenID Connect Discovery, RFC 8414) are kept for an
 * hour, and longer while they cannot be asked for again. Thread-safe.
 */
final class ProviderMetadata {

  private static final Duration KEEP = Duration.ofHours(1);

  /** Nobody waits twice within it for what could not be had again. */
  private static final Duration AGAIN = Duration.ofMinutes(1);

  private static final List<String> DOCUMENTS =
      List.of("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server");

  /** Where to ask, or why that is not known. */
  sealed interface Where {
    record At(Endpoints.Fixed endpoints) implements Where {}

    record Unknown(FailureReason reason) implements Where {}
  }

  private record Known(Endpoints.Fixed endpoints, Instant until) {}

  private final Endpoints configured;
  private final BoundedHttp http;
  private final InstantSource clock;
  private volatile @Nullable Known known;

  ProviderMetadata(Endpoints configured, BoundedHttp http, InstantSource clock) {
    this.configured = configured;
    this.http = http;
    this.clock = clock;
  }

  Where endpoints(Duration timeout) {
    return switch (configured) {
      case Endpoints.Fixed fixed -> new Where.At(fixed);
      case Endpoints.Discovered(URI issuer) -> discovered(issuer, timeout);
    };
  }

  private Where discovered(URI issuer, Duration timeout) {
    @Nullable Known now = known;
    if (now != null && clock.instant().isBefore(now.until())) {
      return new Where.At(now.endpoints());
    }
    Where asked = ask(issuer, timeout.dividedBy(DOCUMENTS.size()));
    if (asked instanceof Where.At(Endpoints.Fixed endpoints)) {
      known = new Known(endpoints, clock.instant().plus(KEEP));
      return asked;
    }
    if (now == null) {
      return asked;
    }
    known = new Known(now.endpoints(), clock.instant().plus(AGAIN));
    return new Where.At(now.endpoints());
  }

  private Where ask(URI issuer, Duration timeout) {
    String base = issuer.toString().replaceAll("/+$", "");
    FailureReason reason = FailureReason.MALFORMED;
    for (String document : DOCUMENTS) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(base + document))
              .header("Accept", "application/json")
              .build();
      switch (http.send(request, timeout)) {
        case Answer.Nothing(FailureReason why) -> reason = why;
        case Answer.Got(var response) -> {
          Optional<Endpoints.Fixed> read =
              response.statusCode() == 200
                  ? TokenAnswers.object(response.body()).flatMap(json -> read(json, base))
                  : Optional.empty();
          if (read.isPresent()) {
            return new Where.At(read.get());
          }
          reason =
              response.statusCode() >= 500 ? FailureReason.SERVER_ERROR : FailureReason.MALFORMED;
        }
      }
    }
    return new Where.Unknown(reason);
  }

  private static Optional<Endpoints.Fixed> read(JsonNode json, String issuer) {
    try {
      boolean same =
          TokenAnswers.text(json, "issuer")
              .map(it -> it.replaceAll("/+$", ""))
              .equals(Optional.of(issuer));
      return TokenAnswers.text(json, "token_endpoint")
          .filter(_ -> same)
          .map(token ->
              new Endpoints.Fixed(
                  URI.create(token),
                  TokenAnswers.text(json, "revocation_endpoint").map(URI::create),
                  TokenAnswers.text(json, "jwks_uri").map(URI::create)));
    } catch (IllegalArgumentException noAddress) {
      return Optional.empty();
    }
  }
}
