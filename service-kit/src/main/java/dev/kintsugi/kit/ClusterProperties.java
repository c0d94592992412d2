package dev.kintsugi.kit;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.SlotHash;
import dev.kintsugi.log.LogSettings;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;

/**
 * What every service of one deployment must be told alike. Valid, or the service does not start.
 *
 * @param declaredAreas by name; where none is named, the four usual ones; {@link Area#SESSION} is
 *     always there
 * @param sessions how long sessions last, and how many a user may have
 * @param slotHashKey 32 hexadecimal digits; never changes
 * @param sessionIdKey at least 32 hexadecimal digits
 * @param internalSecret at least 16 printable characters
 * @param issuer of bearer tokens, an http or https URL
 * @param audience what a token's {@code aud} must name; empty: not checked
 * @param clockSkew tolerated in token times; 0 to 60 s
 * @param sslBundle of outgoing HTTP connections; empty: none
 */
@ConfigurationProperties(prefix = "kintsugi.cluster", ignoreUnknownFields = false)
public record ClusterProperties(
    @DefaultValue KafkaSettings kafka,
    @Name("areas") @DefaultValue Map<String, AreaSettings> declaredAreas,
    @DefaultValue SessionSettings sessions,
    @DefaultValue("") String slotHashKey,
    @DefaultValue("") String sessionIdKey,
    @DefaultValue("") String internalSecret,
    @DefaultValue("") String issuer,
    @DefaultValue("") String audience,
    @DefaultValue("2s") Duration clockSkew,
    @DefaultValue("") String sslBundle) {

  /**
   * Where the logs are.
   *
   * @param sslBundle of the connections to Kafka; empty: plain text
   */
  public record KafkaSettings(
      @DefaultValue("127.0.0.1:7481") String bootstrapServers,
      @DefaultValue("kintsugi.") String topicPrefix,
      @DefaultValue("3") short replicationFactor,
      @DefaultValue("") String sslBundle) {}

  /**
   * The policy of one area.
   *
   * @param staleReads how old a marked answer may be; 0 (never given) to 10 minutes
   */
  public record AreaSettings(
      @DefaultValue("16") int slots,
      @DefaultValue("2") int copies,
      @DefaultValue("262144") int maxBytes,
      @DefaultValue("30s") Duration staleReads) {

    static final AreaSettings USUAL = new AreaSettings(16, 2, 262144, AreaPolicy.USUAL_STALE_READS);
  }

  /**
   * Sessions of all applications.
   *
   * @param idleTimeout of a session whose creator names none: without activity for so long, it
   *     ends; 1 ms to 3650 days, and no longer than {@code absoluteTimeout}. Too low: users sign in
   *     again after each pause; too high: what nobody uses any more takes memory
   * @param absoluteTimeout of a session whose creator names none: so old, it ends whatever goes on
   *     in it; 1 ms to 3650 days
   * @param maxPerUser how many sessions of one application a user may have at once; 0: any number
   * @param whenTooMany what happens to one more
   */
  public record SessionSettings(
      @DefaultValue("PT30M") Duration idleTimeout,
      @DefaultValue("PT24H") Duration absoluteTimeout,
      @DefaultValue("0") int maxPerUser,
      @DefaultValue("END_OLDEST") WhenTooMany whenTooMany) {

    private static final Duration LONGEST = Duration.ofDays(3650);
    private static final int MOST = 10_000;

    /** Who gives way when a user would have too many sessions. */
    public enum WhenTooMany {
      /** The sessions in which nothing went on for longest end. */
      END_OLDEST,
      /** The new session is refused. */
      REFUSE
    }

    public SessionSettings {
      requireTimeout(idleTimeout, "idle-timeout");
      requireTimeout(absoluteTimeout, "absolute-timeout");
      require(
          idleTimeout.compareTo(absoluteTimeout) <= 0,
          "sessions.idle-timeout",
          "must not be longer than sessions.absolute-timeout ("
              + absoluteTimeout
              + "), got "
              + idleTimeout);
      require(
          maxPerUser >= 0 && maxPerUser <= MOST,
          "sessions.max-per-user",
          "must be 0 (no limit) to " + MOST + ", got " + maxPerUser);
    }

    private static void requireTimeout(Duration timeout, String key) {
      boolean within =
          timeout.compareTo(Duration.ofMillis(1)) >= 0 && timeout.compareTo(LONGEST) <= 0;
      require(within, "sessions." + key, "must be 1 ms to 3650 days (PT87600H), got " + timeout);
    }
  }

  private static final List<String> USUAL_AREAS =
      List.of("mailbox-list", "message-content", "settings");
  private static final Duration LARGEST_SKEW = Duration.ofSeconds(60);

  public ClusterProperties {
    declaredAreas = withSession(declaredAreas);
    require(
        hexBytes(slotHashKey) == 16,
        "slot-hash-key",
        "must be 32 hexadecimal digits; make one with: openssl rand -hex 16");
    require(
        hexBytes(sessionIdKey) >= 16,
        "session-id-key",
        "must be at least 32 hexadecimal digits; make one with: openssl rand -hex 32");
    require(
        internalSecret.length() >= 16 && internalSecret.chars().allMatch(c -> c > ' ' && c < 0x7f),
        "internal-secret",
        "must be at least 16 printable ASCII characters without blanks;"
            + " make one with: openssl rand -hex 32");
    require(
        isHttp(issuer),
        "issuer",
        "must be the http or https URL of the identity provider, got \"" + issuer + '"');
    require(
        !clockSkew.isNegative() && clockSkew.compareTo(LARGEST_SKEW) <= 0,
        "clock-skew",
        "must be 0s to 60s, got " + clockSkew);
    Map<String, AreaSettings> declared = declaredAreas;
    KafkaSettings broker = kafka;
    valid("areas", () -> areas(declared));
    valid("kafka", () -> logSettings(broker));
  }

  private static Map<String, AreaSettings> withSession(Map<String, AreaSettings> declared) {
    Map<String, AreaSettings> all = new TreeMap<>(declared);
    if (declared.isEmpty()) {
      USUAL_AREAS.forEach(area -> all.put(area, AreaSettings.USUAL));
    }
    all.putIfAbsent(Area.SESSION.value(), AreaSettings.USUAL);
    return Map.copyOf(all);
  }

  private static int hexBytes(String hex) {
    try {
      return HexFormat.of().parseHex(hex).length;
    } catch (IllegalArgumentException notHex) {
      return -1;
    }
  }

  private static boolean isHttp(String url) {
    try {
      URI uri = URI.create(url);
      return uri.getHost() != null
          && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()));
    } catch (IllegalArgumentException notUri) {
      return false;
    }
  }

  private static void require(boolean valid, String key, String rule) {
    if (!valid) {
      throw new IllegalArgumentException("kintsugi.cluster." + key + " " + rule);
    }
  }

  private static <T> T valid(String key, Supplier<T> parsed) {
    try {
      return parsed.get();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("kintsugi.cluster." + key + ": " + e.getMessage(), e);
    }
  }

  private static Areas areas(Map<String, AreaSettings> declared) {
    List<AreaPolicy> policies = new ArrayList<>();
    declared.forEach((name, area) ->
        policies.add(
            new AreaPolicy(
                Area.shared(name),
                area.slots(),
                area.copies(),
                area.maxBytes(),
                area.staleReads())));
    return Areas.of(policies);
  }

  private static LogSettings logSettings(KafkaSettings kafka) {
    return new LogSettings(
        kafka.bootstrapServers(), kafka.topicPrefix(), kafka.replicationFactor());
  }

  /** The policies of all areas. */
  public Areas areas() {
    return areas(declaredAreas);
  }

  public SlotHash slotHash() {
    return SlotHash.ofHexKey(slotHashKey);
  }

  /** Without TLS: services take the bean {@link LogSettings}, which has it where it is wanted. */
  LogSettings plainLogSettings() {
    return logSettings(kafka);
  }

  /** The key of session ids that are made from idempotency keys; a copy. */
  public byte[] sessionIdKeyBytes() {
    return HexFormat.of().parseHex(sessionIdKey);
  }

  /** Everything but the secrets. */
  @Override
  public String toString() {
    return "ClusterProperties[kafka=%s, areas=%s, sessions=%s, issuer=%s, audience=%s, clockSkew=%s, sslBundle=%s]"
        .formatted(kafka, declaredAreas, sessions, issuer, audience, clockSkew, sslBundle);
  }
}
