package dev.kintsugi.local;

import dev.kintsugi.local.embedded.KafkaProbe;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Asks processes whether they are ready. Thread-safe. */
final class Readiness implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofSeconds(2);
  private static final int CONNECT_MILLIS = 500;

  private final Programs programs;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(LIMIT).build();

  Readiness(Programs programs) {
    this.programs = programs;
  }

  /** Whether the process listens: the part of its start that takes most of a core is over. */
  boolean listens(PartName part) {
    URI url = programs.urls().of(part);
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(url.getHost(), url.getPort()), CONNECT_MILLIS);
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  /** Whether the process does its job. */
  boolean isReady(PartName part) {
    return switch (part.kind()) {
      case KAFKA -> KafkaProbe.isReady(programs.urls().ports().kafka());
      case REDIS -> programs.redis().isReady();
      case GATEWAY, IDENTITY_PROVIDER, TOKEN_SERVICE, COORDINATOR, NODE ->
          listens(part) && saysReady(programs.urls().of(part));
    };
  }

  private boolean saysReady(URI base) {
    var request =
        HttpRequest.newBuilder(base.resolve("/actuator/health/readiness")).timeout(LIMIT).build();
    try {
      return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException notYet) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
