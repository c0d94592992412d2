package dev.kintsugi.kit;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.UserId;
import java.util.Collection;
import java.util.List;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** Reads {@link Caller}s from tokens that have been verified. */
public final class Callers {

  /** The scope that makes an application of a caller. */
  public static final String ANY_USER = "kintsugi.any-user";

  /** The scope that {@code /admin/**} wants. */
  public static final String ADMIN = "kintsugi.admin";

  private static final String CLIENT_ID = "client_id";

  private Callers() {}

  /**
   * The caller that a verified token names.
   *
   * @throws IllegalArgumentException if it lacks {@code client_id} or {@code sub}, or one of them
   *     is not a name
   */
  public static Caller of(Jwt token) {
    String client = token.getClaimAsString(CLIENT_ID);
    String subject = token.getSubject();
    if (client == null || subject == null) {
      throw new IllegalArgumentException("the token must name client_id and sub");
    }
    ApplicationId application = new ApplicationId(client);
    UserId user = new UserId(subject);
    return scopes(token).contains(ANY_USER)
        ? new Caller.Application(application)
        : new Caller.EndUser(application, user);
  }

  /** The caller of a request that passed security with a token; empty where it had none. */
  public static Mono<Caller> current(ServerWebExchange exchange) {
    return exchange
        .getPrincipal()
        .ofType(Authentication.class)
        .ofType(JwtAuthenticationToken.class)
        .map(authentication -> of(authentication.getToken()));
  }

  static Collection<String> scopes(Jwt token) {
    Object scope = token.getClaims().get("scope");
    return switch (scope) {
      case String text -> List.of(text.split(" "));
      case Collection<?> items -> items.stream().map(String::valueOf).toList();
      case null, default -> List.of();
    };
  }
}
