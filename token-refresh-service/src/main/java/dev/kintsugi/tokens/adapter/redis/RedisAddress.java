package dev.kintsugi.tokens.adapter.redis;

import io.lettuce.core.RedisURI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where Redis is, as its URL says.
 *
 * <pre>
 *   redis://[[user:]password@]host[:port][/database]
 *   redis-sentinel://[[user:]password@]host[:port][,host[:port] …][/database]#master
 *   redis-cluster://[[user:]password@]host[:port][,host[:port] …]
 * </pre>
 *
 * <p>With {@code rediss} in place of {@code redis} the connections are encrypted. User and password
 * are percent-encoded where a URL demands it, and are never part of a message.
 */
public sealed interface RedisAddress {

  /**
   * One server.
   *
   * @param uri with its credentials
   */
  record Single(RedisURI uri) implements RedisAddress {}

  /**
   * The master that some Sentinels know.
   *
   * @param uri of the Sentinels, with the credentials of the servers behind them
   */
  record Sentinel(RedisURI uri) implements RedisAddress {}

  /**
   * A Redis Cluster.
   *
   * @param seeds from which the other nodes are found; all with the same credentials
   */
  record Cluster(List<RedisURI> seeds) implements RedisAddress {
    public Cluster {
      seeds = List.copyOf(seeds);
    }
  }

  /**
   * Reads a URL.
   *
   * @throws IllegalArgumentException if it is none of the three; says what to write
   */
  static RedisAddress parse(String url) {
    Parts parts = Parts.of(url);
    return switch (parts.scheme().replaceFirst("^rediss", "redis")) {
      case "redis" -> single(parts);
      case "redis-sentinel" -> sentinel(parts);
      case "redis-cluster" -> cluster(parts);
      default ->
          throw new IllegalArgumentException(
              "must begin with redis://, redis-sentinel:// or redis-cluster://, or with rediss"
                  + " instead of redis for TLS");
    };
  }

  private static Single single(Parts parts) {
    check(
        parts.places().size() == 1,
        "names several servers: write redis-cluster:// for a Redis Cluster, or redis-sentinel://"
            + " with #master at the end for Sentinels");
    check(parts.master().isEmpty(), "names a master, which goes with redis-sentinel:// only");
    Place place = parts.places().getFirst();
    return new Single(
        parts
            .uri()
            .withHost(place.host())
            .withPort(place.port().orElse(RedisURI.DEFAULT_REDIS_PORT))
            .withDatabase(parts.database().orElse(0))
            .build());
  }

  private static Sentinel sentinel(Parts parts) {
    String master =
        parts
            .master()
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "must name the master that the Sentinels watch: add #mymaster at the end"));
    RedisURI.Builder uri = parts.uri().withSentinelMasterId(master);
    for (Place place : parts.places()) {
      uri.withSentinel(
          RedisURI.builder()
              .withHost(place.host())
              .withPort(place.port().orElse(RedisURI.DEFAULT_SENTINEL_PORT))
              .withSsl(parts.encrypted())
              .build());
    }
    return new Sentinel(uri.withDatabase(parts.database().orElse(0)).build());
  }

  private static Cluster cluster(Parts parts) {
    check(
        parts.database().orElse(0) == 0,
        "names a database, but a Redis Cluster has only number 0: leave it out");
    check(parts.master().isEmpty(), "names a master, which goes with redis-sentinel:// only");
    return new Cluster(
        parts.places().stream()
            .map(place ->
                parts
                    .uri()
                    .withHost(place.host())
                    .withPort(place.port().orElse(RedisURI.DEFAULT_REDIS_PORT))
                    .build())
            .toList());
  }

  private static void check(boolean valid, String rule) {
    if (!valid) {
      throw new IllegalArgumentException(rule);
    }
  }

  /**
   * A host and its port.
   *
   * @param port empty: the usual one
   */
  record Place(String host, Optional<Integer> port) {

    private static final Pattern FORM =
        Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?");

    static Place of(String text) {
      Matcher form = FORM.matcher(text);
      check(form.matches(), "must name servers as host or host:port, separated by commas");
      Optional<Integer> port = Optional.ofNullable(form.group(2)).map(Integer::valueOf);
      check(
          port.filter(number -> number < 1 || number > 65_535).isEmpty(),
          "names a port beyond 1 to 65535");
      return new Place(form.group(1).replaceAll("[\\[\\]]", ""), port);
    }
  }

  /** The parts of a URL, which may name several hosts. */
  record Parts(
      String scheme,
      Optional<String> user,
      Optional<String> password,
      List<Place> places,
      Optional<Integer> database,
      Optional<String> master) {

    private static final Pattern FORM =
        Pattern.compile("([a-z-]+)://(?:([^/#?]*)@)?([^/#?@]+)(?:/([^#?]*))?(?:#(.*))?");

    static Parts of(String url) {
      Matcher form = FORM.matcher(url);
      check(
          form.matches(),
          "must look like redis://host:port, redis-sentinel://host:port,host:port#master or"
              + " redis-cluster://host:port,host:port, and have no parameters");
      List<Place> places = new ArrayList<>();
      for (String place : form.group(3).split(",", -1)) {
        places.add(Place.of(place));
      }
      Optional<String> credentials = Optional.ofNullable(form.group(2)).filter(it -> !it.isEmpty());
      Optional<String> user =
          credentials
              .filter(it -> it.indexOf(':') > 0)
              .map(it -> decoded(it.substring(0, it.indexOf(':'))));
      Optional<String> password = credentials.map(it -> decoded(it.substring(it.indexOf(':') + 1)));
      return new Parts(
          form.group(1),
          user,
          password,
          places,
          Optional.ofNullable(form.group(4)).filter(it -> !it.isEmpty()).map(Parts::database),
          Optional.ofNullable(form.group(5)).filter(it -> !it.isEmpty()));
    }

    private static int database(String text) {
      check(text.matches("[0-9]{1,4}"), "must name the database by its number, as in /1");
      return Integer.parseInt(text);
    }

    private static String decoded(String text) {
      try {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
      } catch (IllegalArgumentException malformed) {
        // Without the cause, which would show what is secret.
        throw new IllegalArgumentException(
            "has a % in its user or password that must be written as %25");
      }
    }

    boolean encrypted() {
      return scheme.startsWith("rediss");
    }

    RedisURI.Builder uri() {
      RedisURI.Builder uri = RedisURI.builder().withSsl(encrypted());
      password.ifPresent(secret ->
          user.ifPresentOrElse(
              name -> uri.withAuthentication(name, secret.toCharArray()),
              () -> uri.withPassword(secret.toCharArray())));
      return uri;
    }

    /** Without the password. */
    @Override
    public String toString() {
      return scheme + "://" + places;
    }
  }
}
