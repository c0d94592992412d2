package dev.kintsugi.coordinator.adapter.probe;

import dev.kintsugi.coordinator.domain.ProbeResult;
import dev.kintsugi.coordinator.runtime.Prober;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Knocks with a TCP connection of its own, since only a fresh one tells "nothing listens" from
 * "nobody answers", and then asks for any HTTP answer. Thread-safe; one virtual thread per knock.
 */
public final class TcpHttpProber implements Prober {

  private static final String PATH = "/actuator/health/liveness";

  private final HttpClient http;
  private final Duration timeout;

  public TcpHttpProber(HttpClient http, Duration timeout) {
    this.http = http;
    this.timeout = timeout;
  }

  @Override
  public CompletableFuture<ProbeResult> probe(URI node) {
    CompletableFuture<ProbeResult> result = new CompletableFuture<>();
    Thread.ofVirtual().name("probe-" + node.getAuthority()).start(() -> knock(node, result));
    return result.completeOnTimeout(ProbeResult.UNCLEAR, timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void knock(URI node, CompletableFuture<ProbeResult> result) {
    try {
      connect(node);
      HttpRequest request =
          HttpRequest.newBuilder(node.resolve(PATH)).timeout(timeout).GET().build();
      http.send(request, HttpResponse.BodyHandlers.discarding());
      result.complete(ProbeResult.ANSWERED);
    } catch (ConnectException e) {
      result.complete(isRefusal(e) ? ProbeResult.REFUSED : ProbeResult.UNCLEAR);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      result.complete(ProbeResult.UNCLEAR);
    } catch (IOException | RuntimeException e) {
      result.complete(ProbeResult.UNCLEAR);
    }
  }

  private void connect(URI node) throws IOException {
    int standard = "https".equals(node.getScheme()) ? 443 : 80;
    int port = node.getPort() < 0 ? standard : node.getPort();
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(node.getHost(), port), (int) timeout.toMillis());
    }
  }

  private static boolean isRefusal(ConnectException e) {
    String message = e.getMessage();
    return message != null && message.toLowerCase(Locale.ROOT).contains("refused");
  }
}
