package dev.kintsugi.tokens.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.kintsugi.tokens.adapter.oauth.SigningAlgorithm;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.util.Base64;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client's private key is found, fits, or is refused with the name of the setting. */
class ClientKeyPropertiesTest {

  private static final String SETTING = "kintsugi.tokens.providers.idp.client-key";
  private static String pem;

  @BeforeAll
  static void makeKey() throws Exception {
    KeyPairGenerator keys = KeyPairGenerator.getInstance("RSA");
    keys.initialize(2048);
    pem = pem(keys.generateKeyPair().getPrivate().getEncoded());
  }

  static String pem(byte[] key) {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key);
    return "-----BEGIN PRIVATE KEY-----\n" + text + "\n-----END PRIVATE KEY-----\n";
  }

  private static ClientKeyProperties key(String location, SigningAlgorithm algorithm) {
    return new ClientKeyProperties(location, "key-1", algorithm, "");
  }

  @Test
  void a_key_is_in_a_file_or_in_the_setting_itself(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("key.pem"), pem, StandardCharsets.US_ASCII);
    for (String location : new String[] {pem, file.toString(), "file:" + file}) {
      assertThat(key(location, SigningAlgorithm.PS256).read(SETTING)).isNotNull();
    }
  }

  @Test
  void what_is_no_fitting_key_is_refused_by_the_name_of_its_setting(@TempDir Path directory)
      throws Exception {
    Path empty = Files.createFile(directory.resolve("empty.pem"));
    refused(key(directory.resolve("none.pem").toString(), SigningAlgorithm.RS256));
    refused(key(empty.toString(), SigningAlgorithm.RS256));
    refused(key("\0", SigningAlgorithm.RS256));
    refused(
        key(
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
            SigningAlgorithm.RS256));
    refused(key(pem, SigningAlgorithm.ES256));
  }

  private static void refused(ClientKeyProperties key) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> key.read(SETTING))
        .withMessageStartingWith(SETTING + ": ")
        .withMessageNotContaining("AAAA");
  }

  @Test
  void a_key_is_never_shown() {
    assertThat(key(pem, SigningAlgorithm.RS256).toString())
        .doesNotContain("BEGIN")
        .contains("key-1");
  }
}
