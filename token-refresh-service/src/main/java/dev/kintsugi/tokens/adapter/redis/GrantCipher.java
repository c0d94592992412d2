package dev.kintsugi.tokens.adapter.redis;

import com.google.common.hash.Hashing;
import com.google.crypto.tink.AccessesPartialKey;
import com.google.crypto.tink.Aead;
import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.aead.AeadConfig;
import com.google.crypto.tink.aead.AesGcmKey;
import com.google.crypto.tink.aead.AesGcmParameters;
import com.google.crypto.tink.util.SecretBytes;
import dev.kintsugi.tokens.domain.GrantKey;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * Encrypts grants with AES-256-GCM (Tink). The grant's key is the associated data, so that what was
 * written under one key cannot be read under another. Thread-safe.
 *
 * <p>To change the encryption key, put the new one first and leave the old one in the list until
 * every grant was stored once more (at the latest when its token is renewed).
 */
public final class GrantCipher {

  private static final int KEY_BYTES = 32;

  private final Aead aead;

  private GrantCipher(Aead aead) {
    this.aead = aead;
  }

  /**
   * Makes a cipher.
   *
   * @param hexKeys 64 hexadecimal digits each; the first encrypts, all decrypt
   * @throws IllegalArgumentException if there is none, or one of another form
   */
  public static GrantCipher of(List<String> hexKeys) {
    if (hexKeys.isEmpty()) {
      throw new IllegalArgumentException("at least one encryption key is needed");
    }
    try {
      AeadConfig.register();
      KeysetHandle.Builder ring = KeysetHandle.newBuilder();
      boolean primary = true;
      for (String hex : new LinkedHashSet<>(hexKeys)) {
        KeysetHandle.Builder.Entry entry = entry(bytes(hex));
        ring.addEntry(primary ? entry.makePrimary() : entry);
        primary = false;
      }
      return new GrantCipher(ring.build().getPrimitive(RegistryConfiguration.get(), Aead.class));
    } catch (GeneralSecurityException unusable) {
      throw new IllegalArgumentException("the encryption keys cannot be used", unusable);
    }
  }

  @AccessesPartialKey
  private static KeysetHandle.Builder.Entry entry(byte[] key) throws GeneralSecurityException {
    int id = Hashing.sha256().hashBytes(key).asInt() & Integer.MAX_VALUE;
    AesGcmParameters parameters =
        AesGcmParameters.builder()
            .setKeySizeBytes(KEY_BYTES)
            .setIvSizeBytes(12)
            .setTagSizeBytes(16)
            .setVariant(AesGcmParameters.Variant.TINK)
            .build();
    AesGcmKey imported =
        AesGcmKey.builder()
            .setParameters(parameters)
            .setKeyBytes(SecretBytes.copyFrom(key, InsecureSecretKeyAccess.get()))
            .setIdRequirement(id)
            .build();
    return KeysetHandle.importKey(imported).withFixedId(id);
  }

  private static byte[] bytes(String hex) {
    byte[] bytes;
    try {
      bytes = HexFormat.of().parseHex(hex);
    } catch (IllegalArgumentException notHex) {
      // Without the cause, which would show the key.
      throw new IllegalArgumentException("an encryption key must be hexadecimal digits");
    }
    if (bytes.length != KEY_BYTES) {
      throw new IllegalArgumentException(
          "an encryption key must be 64 hexadecimal digits; make one with: openssl rand -hex 32");
    }
    return bytes;
  }

  String encrypt(GrantKey key, byte[] content) {
    try {
      return Base64.getEncoder().encodeToString(aead.encrypt(content, associated(key)));
    } catch (GeneralSecurityException unusable) {
      throw new IllegalStateException("grants cannot be encrypted", unusable);
    }
  }

  /**
   * Decrypts what was encrypted under this key.
   *
   * @throws IllegalArgumentException if it was not, or has been changed since
   */
  byte[] decrypt(GrantKey key, String text) {
    if (text.length() > StoredGrant.LARGEST) {
      throw new IllegalArgumentException("larger than any grant");
    }
    try {
      return aead.decrypt(Base64.getDecoder().decode(text), associated(key));
    } catch (GeneralSecurityException foreign) {
      throw new IllegalArgumentException("not encrypted under this key by us", foreign);
    }
  }

  private static byte[] associated(GrantKey key) {
    return ("kintsugi grant " + key).getBytes(StandardCharsets.UTF_8);
  }
}
