package dev.kintsugi.example.idp;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationContext;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationException;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientCredentialsAuthenticationContext;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientCredentialsAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.token.JwtEncodingContext;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenCustomizer;

/**
 * Which scopes a token may carry: a user's token never one that is meant for applications, and the
 * other way round. Also writes the claims {@code client_id} and {@code scope} as RFC 9068 has them.
 */
final class ScopeRules implements OAuth2TokenCustomizer<JwtEncodingContext> {

  private final Map<String, IdpProperties.Client> clients;

  ScopeRules(Map<String, IdpProperties.Client> clients) {
    this.clients = clients;
  }

  /** Refuses an authorization request that asks for more than a user's token may carry. */
  void checkUserRequest(OAuth2AuthorizationCodeRequestAuthenticationContext context) {
    OAuth2AuthorizationCodeRequestAuthenticationToken request = context.getAuthentication();
    String client = requireNonNull(context.getRegisteredClient()).getClientId();
    if (!settings(client).userScopes().containsAll(request.getScopes())) {
      throw new OAuth2AuthorizationCodeRequestAuthenticationException(
          refused(settings(client).userScopes()), answerable(context));
    }
  }

  /**
   * Refuses a client-credentials request that asks for more than the client's own token may carry.
   */
  void checkApplicationRequest(OAuth2ClientCredentialsAuthenticationContext context) {
    OAuth2ClientCredentialsAuthenticationToken request = context.getAuthentication();
    String client = requireNonNull(context.getRegisteredClient()).getClientId();
    if (!settings(client).applicationScopes().containsAll(request.getScopes())) {
      throw new OAuth2AuthenticationException(refused(settings(client).applicationScopes()));
    }
  }

  @Override
  public void customize(JwtEncodingContext context) {
    if (!OAuth2TokenType.ACCESS_TOKEN.equals(context.getTokenType())) {
      return;
    }
    String client = context.getRegisteredClient().getClientId();
    Set<String> scopes = context.getAuthorizedScopes();
    boolean own =
        AuthorizationGrantType.CLIENT_CREDENTIALS.equals(context.getAuthorizationGrantType());
    List<String> allowed =
        own ? settings(client).applicationScopes() : settings(client).userScopes();
    if (!allowed.containsAll(scopes)) {
      throw new OAuth2AuthenticationException(refused(allowed));
    }
    context.getClaims().claim("client_id", client).claims(claims -> claims.remove("scope"));
    if (!scopes.isEmpty()) {
      context.getClaims().claim("scope", String.join(" ", scopes));
    }
  }

  private IdpProperties.Client settings(String client) {
    return requireNonNull(clients.get(client), "the client is in the settings");
  }

  private static OAuth2Error refused(List<String> allowed) {
    return new OAuth2Error(
        OAuth2ErrorCodes.INVALID_SCOPE, "scopes that may be asked for here: " + allowed, null);
  }

  /** The request as the library wants it in order to redirect the error to the client. */
  private static OAuth2AuthorizationCodeRequestAuthenticationToken answerable(
      OAuth2AuthorizationCodeRequestAuthenticationContext context) {
    OAuth2AuthorizationCodeRequestAuthenticationToken request = context.getAuthentication();
    String redirectUri = request.getRedirectUri();
    if (redirectUri == null) {
      redirectUri =
          requireNonNull(context.getRegisteredClient()).getRedirectUris().iterator().next();
    }
    OAuth2AuthorizationCodeRequestAuthenticationToken answerable =
        new OAuth2AuthorizationCodeRequestAuthenticationToken(
            request.getAuthorizationUri(),
            request.getClientId(),
            (org.springframework.security.core.Authentication) request.getPrincipal(),
            redirectUri,
            request.getState(),
            request.getScopes(),
            request.getAdditionalParameters());
    answerable.setAuthenticated(true);
    return answerable;
  }
}
