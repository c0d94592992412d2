package dev.kintsugi.signin;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One user's way to an authorization code (RFC 6749 §4.1 with RFC 7636): ask, fill in the login
 * form, follow redirects inside the provider's origin, and stop at the redirect URI. Used once, by
 * one thread.
 */
final class CodeFlow {

  private static final int MAX_HOPS = 10;

  private final Http http;
  private final Endpoints endpoints;
  private final OAuthClient client;
  private final CookieJar cookies = new CookieJar();
  private final String state = Pkce.randomText();
  private boolean formSent;

  CodeFlow(Http http, Endpoints endpoints, OAuthClient client) {
    this.http = http;
    this.endpoints = endpoints;
    this.client = client;
  }

  String code(String user, String password, String scope, Pkce pkce) {
    HttpRequest request = browse(start(scope, pkce)).build();
    for (int hop = 0; hop < MAX_HOPS; hop++) {
      HttpResponse<String> answer = http.send(request);
      cookies.take(answer.headers());
      switch (answer.statusCode()) {
        case 301, 302, 303, 307, 308 -> {
          URI target = target(answer);
          if (isRedirectUri(target)) {
            return codeIn(target);
          }
          request = browse(target).build();
        }
        case 200 -> request = filledIn(answer, user, password);
        default ->
            throw new SignInException(
                Http.place(answer.uri()) + " answered status " + answer.statusCode(),
                answer.statusCode() < 500 ? "invalid_request" : null);
      }
    }
    throw new SignInException("more than " + MAX_HOPS + " redirects", (String) null);
  }

  private URI start(String scope, Pkce pkce) {
    Map<String, String> query = new LinkedHashMap<>();
    query.put("response_type", "code");
    query.put("client_id", client.id());
    query.put("redirect_uri", client.redirectUri().toString());
    query.put("scope", scope);
    query.put("state", state);
    query.put("code_challenge", pkce.challenge());
    query.put("code_challenge_method", "S256");
    return URI.create(endpoints.authorization() + "?" + Http.encoded(query));
  }

  private HttpRequest filledIn(HttpResponse<String> page, String user, String password) {
    if (formSent) {
      throw new SignInException(
          "the provider did not accept user name and password", "access_denied");
    }
    LoginForm form =
        LoginForm.in(page.body(), page.uri())
            .orElseThrow(() ->
                new SignInException(
                    Http.place(page.uri()) + " shows no login form", (String) null));
    checkOrigin(form.action());
    formSent = true;
    Map<String, String> fields = new LinkedHashMap<>(form.hidden());
    fields.put(form.userField(), user);
    fields.put(form.passwordField(), password);
    return withCookies(http.post(form.action(), fields)).build();
  }

  private HttpRequest.Builder browse(URI uri) {
    checkOrigin(uri);
    return withCookies(http.get(uri));
  }

  private HttpRequest.Builder withCookies(HttpRequest.Builder request) {
    request.header("Accept", "text/html");
    return cookies.isEmpty() ? request : request.header("Cookie", cookies.header());
  }

  private static URI target(HttpResponse<String> answer) {
    String location =
        answer
            .headers()
            .firstValue("Location")
            .orElseThrow(() -> new SignInException("a redirect to nowhere", (String) null));
    try {
      return answer.uri().resolve(location);
    } catch (IllegalArgumentException malformed) {
      throw new SignInException("a redirect to no address", malformed);
    }
  }

  private boolean isRedirectUri(URI target) {
    URI wanted = client.redirectUri();
    return Objects.equals(target.getScheme(), wanted.getScheme())
        && Objects.equals(target.getAuthority(), wanted.getAuthority())
        && Objects.equals(target.getPath(), wanted.getPath());
  }

  private String codeIn(URI target) {
    Map<String, String> fields = Http.query(target.getRawQuery());
    @Nullable String error = fields.get("error");
    if (error != null) {
      throw new SignInException(
          "the provider refused: " + error + " " + fields.getOrDefault("error_description", ""),
          error);
    }
    if (!state.equals(fields.get("state"))) {
      throw new SignInException(
          "the answer belongs to another sign-in (state differs)", (String) null);
    }
    @Nullable String code = fields.get("code");
    if (code == null) {
      throw new SignInException("the redirect carries no code", (String) null);
    }
    return code;
  }

  /** User name and password go to the provider only. */
  private void checkOrigin(URI uri) {
    URI provider = endpoints.authorization();
    if (!Objects.equals(uri.getScheme(), provider.getScheme())
        || !Objects.equals(uri.getAuthority(), provider.getAuthority())) {
      throw new SignInException("led away from the provider to " + Http.place(uri), (String) null);
    }
  }
}
