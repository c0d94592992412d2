package dev.kintsugi.client;

import dev.kintsugi.core.SlotId;
import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A request to whoever owns a slot. Immutable.
 *
 * <p>A request is <em>safe</em> if it changes nothing; {@code GET} and {@code HEAD} are. Any other
 * is sent with an {@code Idempotency-Key}, a random one where the caller gives none, so that its
 * replays have one effect.
 */
public final class ShardRequest {

  /** The header that makes repeated writes have one effect. */
  public static final String IDEMPOTENCY_KEY = "Idempotency-Key";

  /** The header by which a safe request says what its caller has seen. */
  public static final String SHARD_OFFSET = "Shard-Offset";

  private static final Pattern KEY = Pattern.compile("[ -~]{1,128}");
  private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}");
  private static final Pattern VALUE = Pattern.compile("[ -~\\x80-\\xff]*");
  private static final Set<String> OWN_TO_THE_CONNECTION =
      Set.of("connection", "content-length", "expect", "host", "upgrade", "transfer-encoding");

  private final SlotId slot;
  private final String method;
  private final String pathAndQuery;
  private final Map<String, String> headers;
  private final byte[] body;
  private final boolean safe;
  private final boolean lasting;
  private final Optional<Duration> attemptTimeout;
  private final Optional<Duration> parkLimit;
  private final Optional<Duration> deadline;

  private ShardRequest(Builder builder) {
    this.slot = builder.slot;
    this.method = builder.method;
    this.pathAndQuery = builder.pathAndQuery;
    this.headers = Collections.unmodifiableMap(new LinkedHashMap<>(builder.headers));
    this.body = builder.body;
    this.safe = builder.safe;
    this.lasting = builder.lasting;
    this.attemptTimeout = builder.attemptTimeout;
    this.parkLimit = builder.parkLimit;
    this.deadline = builder.deadline;
  }

  /**
   * Starts a request.
   *
   * @param pathAndQuery as it stands on the request line: encoded, a slash first
   * @throws IllegalArgumentException if method or path could not be sent
   */
  public static Builder to(SlotId slot, String method, String pathAndQuery) {
    return new Builder(slot, method, pathAndQuery);
  }

  /** Whether {@code key} may stand in {@code Idempotency-Key}: 1 to 128 printable ASCII. */
  public static boolean isIdempotencyKey(String key) {
    return KEY.matcher(key).matches();
  }

  public SlotId slot() {
    return slot;
  }

  public String method() {
    return method;
  }

  public String pathAndQuery() {
    return pathAndQuery;
  }

  /**
   * Its whole address at a node.
   *
   * @param node base address
   * @throws IllegalArgumentException if no HTTP request can be sent there
   */
  public URI at(URI node) {
    String base = node.toString();
    boolean http = "http".equalsIgnoreCase(node.getScheme());
    if (!(http || "https".equalsIgnoreCase(node.getScheme())) || node.getHost() == null) {
      throw new IllegalArgumentException("not the address of an HTTP server: " + base);
    }
    String trimmed = base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
    return URI.create(trimmed + pathAndQuery);
  }

  public boolean safe() {
    return safe;
  }

  /** Whether it is a long poll: an answer may take seconds although the node is well. */
  public boolean lasting() {
    return lasting;
  }

  /**
   * Whether a standby may answer: the request changes nothing and says what its caller has seen.
   */
  public boolean mayAskStandby() {
    return safe && headers.keySet().stream().anyMatch(SHARD_OFFSET::equalsIgnoreCase);
  }

  public Optional<Duration> attemptTimeout() {
    return attemptTimeout;
  }

  public Optional<Duration> parkLimit() {
    return parkLimit;
  }

  public Optional<Duration> deadline() {
    return deadline;
  }

  /** One value each. Unmodifiable. */
  public Map<String, String> headers() {
    return headers;
  }

  /** Not a copy; not to be changed. */
  public byte[] body() {
    return body;
  }

  /** The key that the caller gave; empty for safe requests and where the client is to draw one. */
  Optional<String> idempotencyKey() {
    return headers.entrySet().stream()
        .filter(header -> header.getKey().equalsIgnoreCase(IDEMPOTENCY_KEY))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  ShardRequest withIdempotencyKey(String key) {
    Builder builder = new Builder(slot, method, pathAndQuery);
    builder.headers.putAll(headers);
    builder.body = body;
    builder.safe = safe;
    builder.lasting = lasting;
    builder.attemptTimeout = attemptTimeout;
    builder.parkLimit = parkLimit;
    builder.deadline = deadline;
    return builder.idempotencyKey(key).build();
  }

  @Override
  public String toString() {
    return "ShardRequest[" + method + " to " + slot + ']';
  }

  /** Collects a request. Not thread-safe. */
  public static final class Builder {

    private final SlotId slot;
    private final String method;
    private final String pathAndQuery;
    private final Map<String, String> headers = new LinkedHashMap<>();
    private byte[] body = {};
    private boolean safe;
    private boolean lasting;
    private Optional<Duration> attemptTimeout = Optional.empty();
    private Optional<Duration> parkLimit = Optional.empty();
    private Optional<Duration> deadline = Optional.empty();

    private Builder(SlotId slot, String method, String pathAndQuery) {
      if (!TOKEN.matcher(method).matches()) {
        throw new IllegalArgumentException("a method must be an HTTP token");
      }
      if (!pathAndQuery.startsWith("/") || pathAndQuery.startsWith("//")) {
        throw new IllegalArgumentException("a path must start with one slash");
      }
      URI.create("http://node" + pathAndQuery);
      this.slot = slot;
      this.method = method.toUpperCase(Locale.ROOT);
      this.pathAndQuery = pathAndQuery;
      this.safe = this.method.equals("GET") || this.method.equals("HEAD");
    }

    /**
     * Sets a header; replaces one of the same name.
     *
     * @throws IllegalArgumentException if it belongs to the connection, or contains characters that
     *     are none of ISO 8859-1, or controls
     */
    public Builder header(String name, String value) {
      if (!TOKEN.matcher(name).matches()
          || OWN_TO_THE_CONNECTION.contains(name.toLowerCase(Locale.ROOT))) {
        throw new IllegalArgumentException("a request cannot carry the header " + name);
      }
      if (!VALUE.matcher(value).matches()) {
        throw new IllegalArgumentException(
            "the header " + name + " contains characters that it cannot carry");
      }
      headers.keySet().removeIf(name::equalsIgnoreCase);
      headers.put(name, value);
      return this;
    }

    /** The body with its media type; the bytes are copied. */
    public Builder body(String contentType, byte[] bytes) {
      body = bytes.clone();
      return header("Content-Type", contentType);
    }

    /**
     * The key under which all attempts of a write have one effect.
     *
     * @throws IllegalArgumentException if it is not 1 to 128 printable ASCII characters
     */
    public Builder idempotencyKey(String key) {
      if (!isIdempotencyKey(key)) {
        throw new IllegalArgumentException(
            "an idempotency key must be 1 to 128 printable ASCII characters");
      }
      return header(IDEMPOTENCY_KEY, key);
    }

    /** Says that a request changes nothing although its method does not say so. */
    public Builder safe() {
      safe = true;
      return this;
    }

    /** Says that it is a long poll, which takes no place from ordinary calls. */
    public Builder lasting() {
      lasting = true;
      return this;
    }

    public Builder attemptTimeout(Duration timeout) {
      attemptTimeout = Optional.of(timeout);
      return this;
    }

    public Builder parkLimit(Duration limit) {
      parkLimit = Optional.of(limit);
      return this;
    }

    public Builder deadline(Duration limit) {
      deadline = Optional.of(limit);
      return this;
    }

    public ShardRequest build() {
      return new ShardRequest(this);
    }
  }
}
