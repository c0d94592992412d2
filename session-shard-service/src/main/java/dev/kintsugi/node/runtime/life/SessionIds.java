package dev.kintsugi.node.runtime.life;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.PlacementKey;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.UserId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Makes session ids: at random, or from an idempotency key. Thread-safe. */
public final class SessionIds {

  /** The same key names the same session within a window, and beyond its end for as long again. */
  public static final Duration WINDOW = Duration.ofHours(1);

  private static final String ALGORITHM = "HmacSHA256";

  private final byte[] secret;
  private final SecureRandom random;

  /**
   * Ids under a secret.
   *
   * @param secret at least 16 bytes; copied
   */
  public SessionIds(byte[] secret, SecureRandom random) {
    this.secret = secret.clone();
    this.random = random;
  }

  /** The number of the window in which a moment lies. */
  public static long windowOf(Instant now) {
    return Math.floorDiv(now.toEpochMilli(), WINDOW.toMillis());
  }

  public SessionId random(PlacementKey placement) {
    byte[] bytes = new byte[SessionId.SECRET_BYTES];
    random.nextBytes(bytes);
    return SessionId.of(placement, bytes);
  }

  /**
   * The id that a key makes in a window; nobody can compute it without the secret.
   *
   * @param caller whose key it is: the same key of another caller makes another id, also where both
   *     act for the same user
   */
  public SessionId ofKey(
      PlacementKey placement,
      ApplicationId application,
      Optional<UserId> user,
      String caller,
      String key,
      long window) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret, ALGORITHM));
      add(mac, application.value());
      mac.update((byte) (user.isPresent() ? 1 : 0));
      add(mac, user.map(UserId::value).orElse(""));
      add(mac, caller);
      add(mac, key);
      mac.update(ByteBuffer.allocate(Long.BYTES).putLong(window).flip());
      return SessionId.of(placement, Arrays.copyOf(mac.doFinal(), SessionId.SECRET_BYTES));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime has no " + ALGORITHM, e);
    }
  }

  /** With its length before it, so that no two lists of fields read the same. */
  private static void add(Mac mac, String field) {
    byte[] bytes = field.getBytes(StandardCharsets.UTF_8);
    mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
    mac.update(bytes);
  }
}
