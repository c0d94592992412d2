package dev.kintsugi.example.idp;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.OAuth2Token;
import org.springframework.security.oauth2.core.oidc.OidcIdToken;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationCode;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;

/**
 * Authorizations in memory: found by token in constant time, removed when their last token has
 * ended, at most {@code capacity} of them.
 *
 * <p>A change that rests on an outdated copy is refused with {@code invalid_grant}. So of two
 * requests that redeem the same code or the same rotating refresh token at once, one loses.
 * Thread-safe.
 */
final class ExpiringAuthorizations implements OAuth2AuthorizationService {

  private static final String VERSION = "kintsugi.version";
  private static final List<Class<? extends OAuth2Token>> KINDS =
      List.of(
          OAuth2AuthorizationCode.class,
          OAuth2AccessToken.class,
          OAuth2RefreshToken.class,
          OidcIdToken.class);

  private record Entry(OAuth2Authorization authorization, List<String> tokens, End end) {}

  private record End(Instant at, String id) {}

  private final int capacity;
  private final InstantSource clock;
  private final Map<String, Entry> byId = new HashMap<>();
  private final Map<String, String> idByToken = new HashMap<>();
  private final TreeSet<End> ends =
      new TreeSet<>(Comparator.comparing(End::at).thenComparing(End::id));

  ExpiringAuthorizations(int capacity, InstantSource clock) {
    this.capacity = capacity;
    this.clock = clock;
  }

  @Override
  public synchronized void save(OAuth2Authorization authorization) {
    @Nullable Entry known = byId.get(authorization.getId());
    long based = version(authorization);
    if (known != null ? version(known.authorization()) != based : based != 0) {
      throw new OAuth2AuthenticationException(OAuth2ErrorCodes.INVALID_GRANT);
    }
    drop(authorization.getId());
    put(OAuth2Authorization.from(authorization).attribute(VERSION, based + 1).build());
    dropEnded();
    if (byId.size() > capacity) {
      drop(ends.first().id());
    }
  }

  @Override
  public synchronized void remove(OAuth2Authorization authorization) {
    drop(authorization.getId());
  }

  @Override
  public synchronized @Nullable OAuth2Authorization findById(String id) {
    dropEnded();
    @Nullable Entry entry = byId.get(id);
    return entry == null ? null : entry.authorization();
  }

  @Override
  public synchronized @Nullable OAuth2Authorization findByToken(
      String token, @Nullable OAuth2TokenType type) {
    @Nullable String id = idByToken.get(token);
    @Nullable OAuth2Authorization found = id == null ? null : findById(id);
    return found != null && holds(found, token, type) ? found : null;
  }

  synchronized int size() {
    dropEnded();
    return byId.size();
  }

  private void put(OAuth2Authorization authorization) {
    List<OAuth2Token> tokens = tokens(authorization).toList();
    Instant last = clock.instant();
    List<String> values = new ArrayList<>();
    for (OAuth2Token token : tokens) {
      values.add(token.getTokenValue());
      Instant expires = token.getExpiresAt();
      last = expires != null && expires.isAfter(last) ? expires : last;
    }
    End end = new End(last, authorization.getId());
    byId.put(authorization.getId(), new Entry(authorization, values, end));
    values.forEach(value -> idByToken.put(value, authorization.getId()));
    ends.add(end);
  }

  private void drop(String id) {
    @Nullable Entry entry = byId.remove(id);
    if (entry != null) {
      entry.tokens().forEach(idByToken::remove);
      ends.remove(entry.end());
    }
  }

  private void dropEnded() {
    Instant now = clock.instant();
    while (!ends.isEmpty() && ends.first().at().isBefore(now)) {
      drop(ends.first().id());
    }
  }

  private static Stream<OAuth2Token> tokens(OAuth2Authorization authorization) {
    return KINDS.stream()
        .<OAuth2Token>mapMulti((kind, sink) -> {
          OAuth2Authorization.@Nullable Token<? extends OAuth2Token> token =
              authorization.getToken(kind);
          if (token != null) {
            sink.accept(token.getToken());
          }
        });
  }

  private static boolean holds(
      OAuth2Authorization authorization, String token, @Nullable OAuth2TokenType type) {
    return tokens(authorization)
        .filter(candidate -> type == null || isOf(candidate, type.getValue()))
        .anyMatch(candidate -> candidate.getTokenValue().equals(token));
  }

  private static boolean isOf(OAuth2Token token, String type) {
    return switch (token) {
      case OAuth2AuthorizationCode _ -> type.equals("code");
      case OAuth2AccessToken _ -> type.equals("access_token");
      case OAuth2RefreshToken _ -> type.equals("refresh_token");
      case OidcIdToken _ -> type.equals("id_token");
      default -> false;
    };
  }

  private static long version(OAuth2Authorization authorization) {
    @Nullable Long version = authorization.getAttribute(VERSION);
    return version == null ? 0 : version;
  }
}
