package dev.kintsugi.local;

import dev.kintsugi.local.PartName.Kind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32;

/** Flags of the JVMs that the suite starts, made for many small ones on two cores. */
final class Jvm {

  private Jvm() {}

  /** The program {@code java} of the JDK that this process runs on. */
  static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  static List<String> flags(Kind kind) {
    return List.of(
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-XX:-UsePerfData",
        "-XX:+ExitOnOutOfMemoryError",
        "-Xss512k",
        "-Xmx" + heap(kind));
  }

  private static String heap(Kind kind) {
    return switch (kind) {
      case KAFKA -> "384m";
      case NODE, GATEWAY -> "256m";
      case TOKEN_SERVICE, IDENTITY_PROVIDER -> "160m";
      case COORDINATOR -> "128m";
      case REDIS -> throw new IllegalArgumentException("Redis runs in no JVM");
    };
  }

  /** Names what else a start-up cache depends on: the JDK and its flags. */
  static String fingerprint(Kind kind) {
    var sum = new CRC32();
    String all = System.getProperty("java.vm.version") + flags(kind);
    sum.update(all.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().toHexDigits((int) sum.getValue());
  }
}
