package dev.kintsugi.kit;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.springframework.core.Ordered;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.PathContainer;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;
import reactor.core.publisher.Mono;

/** Lets requests to {@code /internal/**} pass only with the secret that the parts share. */
public final class InternalSecret implements WebFilter, Ordered {

  /** The header that shows the secret. */
  public static final String HEADER = "Kintsugi-Internal";

  static final PathPattern PATH = new PathPatternParser().parse("/internal/**");

  private final byte[] secret;

  InternalSecret(String secret) {
    this.secret = secret.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    if (!isInternal(exchange.getRequest()) || isShownBy(exchange.getRequest())) {
      return chain.filter(exchange);
    }
    return Problems.write(
        exchange,
        Problem.refused(
            HttpStatus.FORBIDDEN,
            "This path is for the parts of the deployment among themselves."));
  }

  static boolean isInternal(ServerHttpRequest request) {
    PathContainer path = request.getPath().pathWithinApplication();
    return PATH.matches(path);
  }

  /** Whether the request shows the secret; takes the same time wherever they differ. */
  public boolean isShownBy(ServerHttpRequest request) {
    String shown = request.getHeaders().getFirst(HEADER);
    return shown != null && MessageDigest.isEqual(secret, shown.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public int getOrder() {
    return Ordered.HIGHEST_PRECEDENCE + 10;
  }
}
