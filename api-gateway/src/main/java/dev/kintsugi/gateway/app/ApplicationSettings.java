package dev.kintsugi.gateway.app;

import dev.kintsugi.core.Area;
import dev.kintsugi.gateway.adapter.rest.ApplicationRest.ApplicationEdge;
import dev.kintsugi.gateway.domain.ApplicationRoute;
import dev.kintsugi.gateway.domain.ApplicationRoute.TokenNeed;
import dev.kintsugi.gateway.domain.Upstream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Upstream applications and the routes to them. Valid, or the gateway does not start.
 *
 * @param signingKey PEM file with a P-256 key pair, the same at every gateway; required where there
 *     are routes
 * @param previousKeys PEM files whose public keys are shown as well: those that signed until a
 *     moment ago, or will sign next
 * @param issuer of signed states
 * @param stateLife of one signed state; 1 s to 5 min. Too low: slow upstreams and clocks apart
 *     refuse it; too high: whoever steals one can show it for longer
 * @param maxStateBytes of a signed state, as its header stands; 512 to 65536. Too low: sessions
 *     that grow are refused with 413; too high: the upstream's server refuses the header (most take
 *     8 or 16 KiB for all headers together)
 * @param maxPatchBytes of a patch, as its header stands; 64 to 65536
 * @param upstreams by name
 */
public record ApplicationSettings(
    @DefaultValue("") String signingKey,
    @DefaultValue List<String> previousKeys,
    @DefaultValue("kintsugi") String issuer,
    @DefaultValue("30s") Duration stateLife,
    @DefaultValue("6144") int maxStateBytes,
    @DefaultValue("6144") int maxPatchBytes,
    @DefaultValue Map<String, UpstreamSettings> upstreams,
    @DefaultValue List<RouteSettings> routes) {

  /** One upstream; see {@link Upstream}. */
  public record UpstreamSettings(
      @DefaultValue("") String url,
      @DefaultValue("64") int maxConcurrent,
      @DefaultValue("5s") Duration headerTimeout,
      @DefaultValue("10s") Duration deadline,
      @DefaultValue("1048576") int maxAnswerBytes) {}

  /** One route; see {@link ApplicationRoute}. */
  public record RouteSettings(
      @DefaultValue("") String path,
      @DefaultValue("GET") List<String> methods,
      @DefaultValue List<String> areas,
      @DefaultValue("") String upstream,
      @DefaultValue("REQUIRED") TokenNeed accessToken) {}

  private static final String PREFIX = "kintsugi.gateway.applications.";
  private static final int LARGEST_HEADER = 65_536;
  private static final Duration LONGEST_LIFE = Duration.ofMinutes(5);

  public ApplicationSettings {
    previousKeys = List.copyOf(previousKeys);
    upstreams = Map.copyOf(upstreams);
    routes = List.copyOf(routes);
    require(
        routes.isEmpty() || !signingKey.isEmpty(),
        "signing-key must name a PEM file with a P-256 key pair; make one with: openssl genpkey"
            + " -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem && openssl pkey -in"
            + " key.pem -pubout >> key.pem");
    require(!issuer.isBlank(), "issuer must not be empty");
    require(
        stateLife.compareTo(Duration.ofSeconds(1)) >= 0 && stateLife.compareTo(LONGEST_LIFE) <= 0,
        "state-life must be 1s to 5m, got " + stateLife);
    require(
        maxStateBytes >= 512 && maxStateBytes <= LARGEST_HEADER,
        "max-state-bytes must be 512 to 65536, got " + maxStateBytes);
    require(
        maxPatchBytes >= 64 && maxPatchBytes <= LARGEST_HEADER,
        "max-patch-bytes must be 64 to 65536, got " + maxPatchBytes);
    var _ = declared(upstreams, routes);
  }

  private static void require(boolean valid, String rule) {
    if (!valid) {
      throw new IllegalArgumentException(PREFIX + rule);
    }
  }

  private static List<ApplicationRoute> declared(
      Map<String, UpstreamSettings> upstreams, List<RouteSettings> routes) {
    Map<String, Upstream> byName = new TreeMap<>();
    upstreams.forEach((name, given) ->
        byName.put(name, told("upstreams." + name + ": ", () -> upstream(name, given))));
    return routes.stream()
        .map(route -> told("routes (" + route.path() + "): ", () -> route(route, byName)))
        .toList();
  }

  private static Upstream upstream(String name, UpstreamSettings given) {
    return new Upstream(
        name,
        URI.create(given.url()),
        given.maxConcurrent(),
        given.headerTimeout(),
        given.deadline(),
        given.maxAnswerBytes());
  }

  private static ApplicationRoute route(RouteSettings given, Map<String, Upstream> byName) {
    Upstream upstream = byName.get(given.upstream());
    if (upstream == null) {
      throw new IllegalArgumentException(
          "upstream must be one of " + byName.keySet() + ", got \"" + given.upstream() + '"');
    }
    return new ApplicationRoute(
        given.path(),
        given.methods(),
        given.areas().stream().map(Area::new).toList(),
        upstream,
        given.accessToken());
  }

  private static <T> T told(String where, Supplier<T> made) {
    try {
      return made.get();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(PREFIX + where + e.getMessage(), e);
    }
  }

  Path signingKeyFile() {
    return Path.of(signingKey);
  }

  List<Path> previousKeyFiles() {
    return previousKeys.stream().map(Path::of).toList();
  }

  ApplicationEdge edge() {
    return new ApplicationEdge(
        declared(upstreams, routes), issuer, stateLife, maxStateBytes, maxPatchBytes);
  }
}
