package dev.kintsugi.node.runtime.life;

import com.google.common.hash.HashCode;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import dev.kintsugi.node.domain.RequestKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Hashes idempotency keys and requests into {@link RequestKey}s. Pure. */
public final class RequestKeys {

  private RequestKeys() {}

  /**
   * The key of a request.
   *
   * @param caller whose key it is: the same key of another caller is another one
   * @param asked what was asked for; a repeat must ask the same
   */
  public static RequestKey of(String caller, String key, List<byte[]> asked) {
    ByteBuffer id = ByteBuffer.wrap(hash(List.of(utf8(caller), utf8(key))).asBytes());
    ByteBuffer fingerprint = ByteBuffer.wrap(hash(asked).asBytes());
    return new RequestKey(id.getLong(), id.getLong(), fingerprint.getLong());
  }

  private static HashCode hash(List<byte[]> fields) {
    Hasher hasher = Hashing.sha256().newHasher();
    fields.forEach(field -> hasher.putInt(field.length).putBytes(field));
    return hasher.hash();
  }

  public static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
