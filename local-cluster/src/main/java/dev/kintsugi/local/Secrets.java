package dev.kintsugi.local;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * The random secrets of one suite, by name. They live as long as its data.
 *
 * @param values never empty; printed by nothing
 */
public record Secrets(Map<String, String> values) {

  /** The client whose users sign in, and that may act for any of them. */
  public static final String APPLICATION = "webmail";

  /** The client that may use the coordinator's administration. */
  public static final String OPERATOR = "operator";

  /** What users' tokens carry. */
  public static final String USER_SCOPE = "mail";

  /** What lets an application act for any user. */
  public static final String ANY_USER_SCOPE = "kintsugi.any-user";

  /** What {@code /admin/**} wants. */
  public static final String ADMIN_SCOPE = "kintsugi.admin";

  private static final String PREFIX = "secret.";

  public Secrets {
    values = Map.copyOf(values);
  }

  /** Makes new ones. */
  static Secrets random() {
    var random = new SecureRandom();
    var values = new TreeMap<String, String>();
    values.put("slot-hash-key", hex(random, 16));
    values.put("session-id-key", hex(random, 32));
    values.put("internal-secret", hex(random, 24));
    values.put("encryption-key", hex(random, 32));
    values.put(APPLICATION, hex(random, 24));
    values.put(OPERATOR, hex(random, 24));
    values.put("password", hex(random, 12));
    return new Secrets(values);
  }

  static Secrets from(Properties properties) {
    var values = new TreeMap<String, String>();
    for (String key : properties.stringPropertyNames()) {
      if (key.startsWith(PREFIX)) {
        values.put(key.substring(PREFIX.length()), properties.getProperty(key));
      }
    }
    return new Secrets(values);
  }

  void addTo(Properties properties) {
    values.forEach((name, value) -> properties.setProperty(PREFIX + name, value));
  }

  /** What parts show each other on {@code /internal/**}. */
  public String internalSecret() {
    return get("internal-secret");
  }

  /** The secret of {@link #APPLICATION}. */
  public String applicationSecret() {
    return get(APPLICATION);
  }

  /** The secret of {@link #OPERATOR}. */
  public String operatorSecret() {
    return get(OPERATOR);
  }

  /** With which any user signs in at the identity provider. */
  public String password() {
    return get("password");
  }

  String get(String name) {
    String value = values.get(name);
    if (value == null) {
      throw new SuiteException(
          "the suite's state has no secret \"" + name + "\": stop it with ./kintsugi down");
    }
    return value;
  }

  private static String hex(SecureRandom random, int bytes) {
    return HexFormat.of().formatHex(next(random, bytes));
  }

  private static byte[] next(SecureRandom random, int bytes) {
    byte[] value = new byte[bytes];
    random.nextBytes(value);
    return value;
  }

  /** Names only. */
  @Override
  public String toString() {
    return "Secrets" + values.keySet();
  }
}
