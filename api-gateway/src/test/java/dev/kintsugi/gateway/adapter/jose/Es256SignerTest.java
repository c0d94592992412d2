package dev.kintsugi.gateway.adapter.jose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.JWKSet;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Es256SignerTest {

  @TempDir private Path directory;

  private static KeyPair pair(String curve) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec(curve));
    return generator.generateKeyPair();
  }

  private static String pem(String name, byte[] der) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(name, Base64.getMimeEncoder().encodeToString(der), name);
  }

  private static String secret(KeyPair pair) {
    return pem("PRIVATE KEY", pair.getPrivate().getEncoded());
  }

  private static String open(KeyPair pair) {
    return pem("PUBLIC KEY", pair.getPublic().getEncoded());
  }

  private Path file(String name, String text) throws Exception {
    return Files.writeString(directory.resolve(name), text);
  }

  @Test
  void what_is_signed_is_verified_by_the_public_keys_also_from_many_threads() throws Exception {
    KeyPair pair = pair("secp256r1");
    Path former = file("former.pem", open(pair("secp256r1")));
    Es256Signer signer =
        Es256Signer.of(file("key.pem", secret(pair) + open(pair)), List.of(former));
    JWKSet keys = JWKSet.parse(signer.publicKeys());
    assertThat(keys.getKeys()).hasSize(2).noneMatch(key -> key.isPrivate());
    assertThat(signer.publicKeys()).doesNotContain("\"d\"");
    Set<Boolean> verified =
        IntStream.range(0, 200)
            .parallel()
            .mapToObj(i -> {
              try {
                JWSObject jws =
                    JWSObject.parse(
                        signer.sign(("{\"n\":" + i + "}").getBytes(StandardCharsets.UTF_8)));
                var key = keys.getKeyByKeyId(jws.getHeader().getKeyID()).toECKey();
                return jws.verify(new ECDSAVerifier(key))
                    && jws.getPayload().toString().equals("{\"n\":" + i + "}");
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            })
            .collect(Collectors.toSet());
    assertThat(verified).containsExactly(true);
  }

  @Test
  void a_file_without_a_usable_pair_says_what_is_wrong() throws Exception {
    KeyPair pair = pair("secp256r1");
    KeyPair other = pair("secp384r1");
    assertRefused(directory.resolve("none.pem"), "cannot be read");
    assertRefused(file("empty.pem", ""), "openssl genpkey");
    assertRefused(file("secret.pem", secret(pair)), "no block \"PUBLIC KEY\"");
    assertRefused(file("open.pem", open(pair)), "no block \"PRIVATE KEY\"");
    assertRefused(file("curve.pem", secret(other) + open(other)), "another curve than P-256");
    assertRefused(
        file("two.pem", secret(pair) + open(pair("secp256r1"))), "do not belong together");
    assertRefused(
        file("nonsense.pem", pem("PRIVATE KEY", new byte[7]) + pem("PUBLIC KEY", new byte[7])),
        "no usable P-256 key");
    assertRefused(file("large.pem", "x".repeat(70_000)), "larger than 64 KiB");
  }

  private static void assertRefused(Path file, String message) {
    assertThatThrownBy(() -> Es256Signer.of(file, List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
