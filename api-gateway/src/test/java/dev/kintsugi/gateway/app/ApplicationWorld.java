package dev.kintsugi.gateway.app;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import dev.kintsugi.core.SessionId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A gateway with routes to a plain application, and a token service that knows a few grants. */
final class ApplicationWorld implements AutoCloseable {

  static final String ACCESS_TOKEN = "token-of-the-provider";

  static final String ANOTHER_TOKEN = "token-of-the-provider-2";

  /** Grants that the token service was asked for, with the query. */
  final List<String> asked = new CopyOnWriteArrayList<>();

  final StubUpstream upstream = new StubUpstream();
  final HttpClient http = HttpClient.newHttpClient();
  final GatewayWorld gateway;
  private final HttpServer tokens;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Path key;

  ApplicationWorld(String... properties) {
    key = keyFile();
    tokens = tokenService();
    String applications = "kintsugi.gateway.applications.";
    List<String> all =
        new ArrayList<>(
            List.of(
                "kintsugi.gateway.token-service=http://127.0.0.1:" + tokens.getAddress().getPort(),
                applications + "signing-key=" + key,
                applications + "upstreams.mail.url=" + upstream.url(),
                applications + "routes[0].path=/mail/**",
                applications + "routes[0].methods=GET,HEAD,POST,DELETE",
                applications + "routes[0].areas=settings,mailbox-list",
                applications + "routes[0].upstream=mail",
                applications + "routes[1].path=/open/{page}",
                applications + "routes[1].areas=settings",
                applications + "routes[1].upstream=mail",
                applications + "routes[1].access-token=if-granted"));
    all.addAll(List.of(properties));
    gateway = new GatewayWorld(all.toArray(String[]::new));
  }

  static Path keyFile() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return write(generator.generateKeyPair());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static Path write(KeyPair pair) {
    try {
      Path file = Files.createTempFile("kintsugi-key", ".pem");
      file.toFile().deleteOnExit();
      return Files.writeString(
          file,
          pem("PRIVATE KEY", pair.getPrivate().getEncoded())
              + pem("PUBLIC KEY", pair.getPublic().getEncoded()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String pem(String name, byte[] der) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(name, Base64.getMimeEncoder().encodeToString(der), name);
  }

  /**
   * Grants: {@code good}, {@code others} (bob's), {@code ended}; {@code away} cannot be asked;
   * others are not there. {@code short-lived} has another token for whoever says that its first one
   * was refused, {@code stubborn} has not.
   */
  private HttpServer tokenService() {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_024);
      server.setExecutor(threads);
      server.createContext(
          "/v1/grants/",
          exchange -> {
            String grant = exchange.getRequestURI().getPath().split("/", -1)[3];
            boolean caller = exchange.getRequestHeaders().getFirst("Authorization") != null;
            String query = exchange.getRequestURI().getRawQuery();
            asked.add(grant + (query == null ? "" : "?" + query));
            int status =
                switch (grant) {
                  case "short-lived" -> 200;
                  case "stubborn" -> query == null ? 200 : 429;
                  case "good", "others", "nonsense" -> caller ? 200 : 401;
                  case "ended" -> 410;
                  case "away" -> 503;
                  default -> 404;
                };
            String token = grant.equals("nonsense") ? "a\\nb" : ACCESS_TOKEN;
            boolean another = grant.equals("short-lived") && "refused=7".equals(query);
            String user = grant.equals("others") ? "bob" : "alice";
            byte[] body =
                "{\"accessToken\":\"%s\",\"userId\":\"%s\",\"generation\":%d}"
                    .formatted(another ? ANOTHER_TOKEN : token, user, another ? 8 : 7)
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
          });
      server.start();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  HttpRequest.Builder request(SessionId session, String pathAndQuery) {
    return HttpRequest.newBuilder(URI.create(gateway.url + pathAndQuery))
        .header("Authorization", "Bearer " + gateway.issuer.user("alice"))
        .header("Kintsugi-Session-Id", session.toString());
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return http.send(request.build(), BodyHandlers.ofString());
  }

  CompletableFuture<HttpResponse<String>> post(SessionId session, String path, String body) {
    return http.sendAsync(
        request(session, path).POST(BodyPublishers.ofString(body)).build(),
        BodyHandlers.ofString());
  }

  HttpResponse<String> get(SessionId session, String path) throws Exception {
    return send(request(session, path));
  }

  /** A state that was signed by a key which the gateway shows. */
  SignedJWT verified(String state) throws Exception {
    HttpResponse<String> keys =
        send(HttpRequest.newBuilder(URI.create(gateway.url + "/.well-known/kintsugi/jwks.json")));
    return verified(state, keys.body());
  }

  private static SignedJWT verified(String state, String keys)
      throws ParseException, JOSEException {
    SignedJWT jwt = SignedJWT.parse(state);
    var found = JWKSet.parse(keys).getKeyByKeyId(jwt.getHeader().getKeyID());
    if (!jwt.verify(new ECDSAVerifier(found.toECKey()))) {
      throw new AssertionError("the signature is not good");
    }
    return jwt;
  }

  @Override
  public void close() {
    http.shutdownNow();
    gateway.close();
    upstream.close();
    tokens.stop(0);
    threads.shutdownNow();
  }
}
