package dev.kintsugi.signin;

import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Gets tokens from an OAuth 2.0 provider, over HTTP and by its rules: users sign in with the
 * authorization-code flow and PKCE through the provider's own login form, applications with their
 * credentials.
 *
 * <p>Thread-safe. At most {@code parallel} calls are under way at a time, further ones wait. The
 * blocking methods throw {@link SignInException}; the asynchronous ones complete with it.
 */
public final class SignIn implements AutoCloseable {

  private final URI issuer;
  private final OAuthClient client;
  private final Http http;
  private final TokenCalls calls;
  private final Semaphore places;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private volatile @Nullable Endpoints known;

  /** With at most 16 calls at a time and 10 seconds for each HTTP answer. */
  public SignIn(URI issuer, OAuthClient client) {
    this(issuer, client, 16, Duration.ofSeconds(10));
  }

  /**
   * @param issuer the provider, as it names itself; its metadata is read at the first call
   * @param parallel calls at a time; too many only queue at the provider
   * @param timeout for each HTTP answer, of which a user's sign-in needs five
   */
  public SignIn(URI issuer, OAuthClient client, int parallel, Duration timeout) {
    if (parallel < 1) {
      throw new IllegalArgumentException("at least one call at a time, got " + parallel);
    }
    this.issuer = issuer;
    this.client = client;
    this.http = new Http(timeout);
    this.calls = new TokenCalls(http, client, InstantSource.system());
    this.places = new Semaphore(parallel, true);
  }

  /** Signs a user in. */
  public Tokens user(String name, String password, Set<String> scopes) {
    return inPlace(() -> codeFlow(name, password, String.join(" ", scopes)));
  }

  /** As {@link #user}, on a virtual thread of its own. */
  public CompletableFuture<Tokens> userAsync(String name, String password, Set<String> scopes) {
    return CompletableFuture.supplyAsync(() -> user(name, password, scopes), threads);
  }

  /** A token of the application itself (client credentials). */
  public Tokens application(Set<String> scopes) {
    String scope = String.join(" ", scopes);
    return inPlace(
        () -> calls.ask(endpoints().token(), fields("client_credentials", "scope", scope), scope));
  }

  /** As {@link #application}, on a virtual thread of its own. */
  public CompletableFuture<Tokens> applicationAsync(Set<String> scopes) {
    return CompletableFuture.supplyAsync(() -> application(scopes), threads);
  }

  /** Redeems a refresh token; where the provider rotates them, the answer holds the next one. */
  public Tokens refresh(String refreshToken) {
    return inPlace(() ->
        calls.ask(endpoints().token(), fields("refresh_token", "refresh_token", refreshToken), ""));
  }

  /** Revokes a refresh or access token (RFC 7009); one that is unknown counts as revoked. */
  public void revoke(String token) {
    inPlace(() -> {
      @Nullable URI endpoint = endpoints().revocation();
      if (endpoint == null) {
        throw new SignInException(issuer + " has no revocation endpoint", "unsupported");
      }
      calls.revoke(endpoint, token);
      return token;
    });
  }

  private Tokens codeFlow(String name, String password, String scope) {
    Pkce pkce = Pkce.create();
    String code = new CodeFlow(http, endpoints(), client).code(name, password, scope, pkce);
    Map<String, String> fields = fields("authorization_code", "code", code);
    fields.put("redirect_uri", client.redirectUri().toString());
    fields.put("code_verifier", pkce.verifier());
    return calls.ask(endpoints().token(), fields, scope);
  }

  private static Map<String, String> fields(String grantType, String name, String value) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("grant_type", grantType);
    if (!value.isEmpty()) {
      fields.put(name, value);
    }
    return fields;
  }

  /** Two threads may both ask at first; the answer is the same. */
  private Endpoints endpoints() {
    @Nullable Endpoints found = known;
    if (found == null) {
      found = Endpoints.discover(http, issuer);
      known = found;
    }
    return found;
  }

  private <T> T inPlace(Supplier<T> call) {
    try {
      places.acquire();
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new SignInException("interrupted while waiting for a place", stop);
    }
    try {
      return call.get();
    } finally {
      places.release();
    }
  }

  /** Breaks off what is under way. */
  @Override
  public void close() {
    threads.shutdownNow();
    http.close();
  }
}
