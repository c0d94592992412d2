package dev.kintsugi.example.idp;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.text.ParseException;
import org.jspecify.annotations.Nullable;

/** The RSA key that signs tokens; its id is its thumbprint. */
final class SigningKey {

  private SigningKey() {}

  /**
   * Reads the key from the file; makes one, and the file (readable by its owner only), if missing.
   */
  static RSAKey in(@Nullable Path file) {
    if (file == null) {
      return generated();
    }
    try {
      if (Files.exists(file)) {
        return RSAKey.parse(Files.readString(file));
      }
      RSAKey key = generated();
      store(file, key.toJSONString());
      return key;
    } catch (IOException | ParseException unreadable) {
      throw new IllegalStateException(
          "idp.key-file " + file + " holds no usable key; repair it, or delete it for a new one",
          unreadable);
    }
  }

  private static void store(Path file, String json) throws IOException {
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, json, StandardOpenOption.WRITE);
  }

  private static RSAKey generated() {
    try {
      return new RSAKeyGenerator(2048)
          .keyUse(KeyUse.SIGNATURE)
          .algorithm(JWSAlgorithm.RS256)
          .keyIDFromThumbprint(true)
          .generate();
    } catch (JOSEException impossible) {
      throw new IllegalStateException("every JDK can make an RSA key", impossible);
    }
  }
}
