package dev.kintsugi.gateway.adapter.jose;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.KeyUse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads P-256 keys from PEM files: a private key (PKCS #8), its public key, or both. */
final class SigningKeys {

  private static final long LARGEST_FILE = 64 << 10;

  private SigningKeys() {}

  /**
   * The key pair of a file.
   *
   * @throws IllegalArgumentException if the file has no such pair; says how to make one
   */
  static ECKey pair(Path file) {
    String pem = read(file);
    try {
      byte[] secret = block(pem, "PRIVATE KEY").orElseThrow(() -> without(file, "PRIVATE KEY"));
      ECPrivateKey secretKey =
          (ECPrivateKey)
              KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(secret));
      return builder(file, pem).privateKey(secretKey).build();
    } catch (GeneralSecurityException | ClassCastException | JOSEException e) {
      throw unusable(file, e);
    }
  }

  /**
   * The public key of a file.
   *
   * @throws IllegalArgumentException if the file has none
   */
  static ECKey publicKey(Path file) {
    try {
      return builder(file, read(file)).build();
    } catch (GeneralSecurityException | ClassCastException | JOSEException e) {
      throw unusable(file, e);
    }
  }

  private static ECKey.Builder builder(Path file, String pem)
      throws GeneralSecurityException, JOSEException {
    byte[] open = block(pem, "PUBLIC KEY").orElseThrow(() -> without(file, "PUBLIC KEY"));
    ECPublicKey key =
        (ECPublicKey) KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(open));
    if (!Curve.P_256.equals(Curve.forECParameterSpec(key.getParams()))) {
      throw new IllegalArgumentException(file + " holds a key of another curve than P-256");
    }
    return new ECKey.Builder(Curve.P_256, key)
        .keyUse(KeyUse.SIGNATURE)
        .algorithm(JWSAlgorithm.ES256)
        .keyIDFromThumbprint();
  }

  private static Optional<byte[]> block(String pem, String name) {
    Matcher block =
        Pattern.compile(
                "-----BEGIN " + name + "-----([A-Za-z0-9+/=\\s]*)-----END " + name + "-----")
            .matcher(pem);
    return block.find()
        ? Optional.of(Base64.getMimeDecoder().decode(block.group(1)))
        : Optional.empty();
  }

  private static String read(Path file) {
    try {
      if (Files.size(file) > LARGEST_FILE) {
        throw new IllegalArgumentException(file + " is no key: it is larger than 64 KiB");
      }
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "the key file %s cannot be read (%s)".formatted(file, e.getClass().getSimpleName()), e);
    }
  }

  private static IllegalArgumentException without(Path file, String block) {
    return new IllegalArgumentException(
        "%s has no block \"%s\"; make a key with: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem && openssl pkey -in key.pem -pubout >> key.pem"
            .formatted(file, block));
  }

  private static IllegalArgumentException unusable(Path file, Exception why) {
    return new IllegalArgumentException(file + " holds no usable P-256 key", why);
  }
}
