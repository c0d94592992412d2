package dev.kintsugi.node.app;

import dev.kintsugi.node.adapter.warmup.OwnRequests;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.web.server.Ssl;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.core.env.Environment;

/** What a node does between the moment it listens and the moment it says that it is there. */
final class WarmUp {

  private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);

  private final Duration atMost;
  private final ServerProperties server;
  private final Environment environment;
  private final OwnRequests requests;

  WarmUp(Duration atMost, ServerProperties server, Environment environment, OwnRequests requests) {
    this.atMost = atMost;
    this.server = server;
    this.environment = environment;
    this.requests = requests;
  }

  /** Returns when it is over; the web server has to listen. */
  void run() {
    if (atMost.isZero()) {
      return;
    }
    long began = System.nanoTime();
    int answered = requests.send(self(), atMost);
    LOG.info(
        "warmed up by {} requests of its own in {} ms",
        answered,
        Duration.ofNanos(System.nanoTime() - began).toMillis());
  }

  /** Not the URL by which others reach the node: that may lead here only once it is ready. */
  private URI self() {
    InetAddress bound = server.getAddress();
    InetAddress address =
        bound == null || bound.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : bound;
    String host = address.getHostAddress();
    return URI.create(
        "%s://%s:%d"
            .formatted(
                Ssl.isEnabled(server.getSsl()) ? "https" : "http",
                host.contains(":") ? '[' + host + ']' : host,
                environment.getRequiredProperty("local.server.port", Integer.class)));
  }
}
