package dev.kintsugi.example.idp;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;
import org.springframework.security.crypto.password.PasswordEncoder;

/**
 * Compares secrets as they are, in time that does not depend on where they differ. Hashing them
 * would protect nothing here (the settings hold them in the clear) and cost most of a sign-in.
 */
final class PlainSecrets implements PasswordEncoder {

  @Override
  public @Nullable String encode(@Nullable CharSequence secret) {
    return secret == null ? null : secret.toString();
  }

  @Override
  public boolean matches(@Nullable CharSequence shown, @Nullable String expected) {
    return shown != null
        && expected != null
        && MessageDigest.isEqual(
            shown.toString().getBytes(StandardCharsets.UTF_8),
            expected.getBytes(StandardCharsets.UTF_8));
  }
}
