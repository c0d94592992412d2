package dev.kintsugi.kit;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A key and its self-signed certificate for 127.0.0.1, made by the JDK's keytool; whoever has the
 * file can show the certificate, and trusts it alone.
 */
public record TestCertificates(Path directory, String name) {

  /** Of the key store and its key. */
  public static final String PASSWORD = "changeit";

  /** Makes the files in a directory. */
  public static TestCertificates make(Path directory, String name) throws Exception {
    TestCertificates made = new TestCertificates(directory, name);
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
            "-genkeypair",
            "-alias",
            "key",
            "-keyalg",
            "EC",
            "-groupname",
            "secp256r1",
            "-dname",
            "CN=" + name,
            "-ext",
            "SAN=ip:127.0.0.1,dns:localhost",
            "-validity",
            "2",
            "-storetype",
            "PKCS12",
            "-storepass",
            PASSWORD,
            "-keystore",
            made.keyStore().toString());
    Path said = directory.resolve(name + ".keytool.log");
    Process keytool =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile()).start();
    if (!keytool.waitFor(60, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
      keytool.destroyForcibly();
      throw new IllegalStateException("keytool failed: " + Files.readString(said));
    }
    made.writePem();
    return made;
  }

  /** A PKCS12 file. */
  public Path keyStore() {
    return directory.resolve(name + ".p12");
  }

  /** The certificate. */
  public Path certificatePem() {
    return directory.resolve(name + ".crt");
  }

  /** The key, not encrypted. */
  public Path keyPem() {
    return directory.resolve(name + ".key");
  }

  /** The settings of a Spring SSL bundle of that name. */
  public List<String> bundle(String bundle) {
    String prefix = "spring.ssl.bundle.jks." + bundle + ".";
    return List.of(
        prefix + "keystore.location=file:" + keyStore(),
        prefix + "keystore.password=" + PASSWORD,
        prefix + "keystore.type=PKCS12",
        prefix + "truststore.location=file:" + keyStore(),
        prefix + "truststore.password=" + PASSWORD,
        prefix + "truststore.type=PKCS12");
  }

  private void writePem() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(keyStore())) {
      store.load(in, PASSWORD.toCharArray());
    }
    write(certificatePem(), "CERTIFICATE", store.getCertificate("key").getEncoded());
    write(keyPem(), "PRIVATE KEY", store.getKey("key", PASSWORD.toCharArray()).getEncoded());
  }

  private static void write(Path file, String what, byte[] der) throws IOException {
    String base64 =
        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(der);
    Files.writeString(
        file, "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(what, base64, what));
  }
}
