package dev.kintsugi.local.embedded;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HexFormat;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.zip.CRC32;

/**
 * {@link KafkaMain} alone in a jar that is written once and then stays as it is: a start-up cache
 * holds only as long as no jar of the class path gets a new file time.
 */
public final class KafkaMainJar {

  private static final String ENTRY = KafkaMain.class.getName().replace('.', '/') + ".class";

  private KafkaMainJar() {}

  /** Puts the jar into {@code directory} if it is not there yet, and returns its path. */
  public static Path in(Path directory) {
    byte[] code = code();
    var sum = new CRC32();
    sum.update(code);
    Path jar =
        directory.resolve("main-" + HexFormat.of().toHexDigits((int) sum.getValue()) + ".jar");
    if (!Files.exists(jar)) {
      write(code, jar);
    }
    return jar;
  }

  private static byte[] code() {
    try (InputStream in = KafkaMain.class.getResourceAsStream('/' + ENTRY)) {
      if (in == null) {
        throw new IllegalStateException(ENTRY + " is not on the class path");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(byte[] code, Path jar) {
    var bytes = new ByteArrayOutputStream();
    try {
      try (var out = new JarOutputStream(bytes)) {
        out.putNextEntry(new JarEntry(ENTRY));
        out.write(code);
        out.closeEntry();
      }
      Files.createDirectories(jar.getParent());
      Path whole = Files.createTempFile(jar.getParent(), "main", ".part");
      Files.write(whole, bytes.toByteArray());
      // Whoever comes second keeps the first one's file, and with it its time.
      if (!Files.exists(jar)) {
        Files.move(whole, jar, StandardCopyOption.ATOMIC_MOVE);
      } else {
        Files.delete(whole);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + jar, e);
    }
  }
}
