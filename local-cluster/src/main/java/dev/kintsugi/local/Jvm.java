package dev.kintsugi.local;

import dev.kintsugi.local.PartName.Kind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/** Flags of the JVMs that the suite starts, made for many small ones on two cores. */
final class Jvm {

  private Jvm() {}

  /** The program {@code java} of the JDK that this process runs on. */
  static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  static List<String> flags(Kind kind) {
    return Stream.of(
            compiler(kind),
            largePages(),
            Stream.of(
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-XX:+ExitOnOutOfMemoryError",
                "-Xss512k",
                "-Xmx" + heap(kind)))
        .flatMap(flags -> flags)
        .toList();
  }

  /**
   * Many processes take turns on few processors, each wake-up begins with cold caches, and there a
   * page that is not known costs most. Takes a fifth off a lone request, and 4 % more memory.
   */
  private static Stream<String> largePages() {
    return System.getProperty("os.name").startsWith("Linux")
        ? Stream.of("-XX:+UseTransparentHugePages")
        : Stream.empty();
  }

  /*
   * The first compiler tier alone makes a JVM ready twice as fast, because profiling and the second
   * compiler cost more than they bring in the first minutes. The identity provider needs the second:
   * without its intrinsics an RSA-2048 signature takes 12 ms instead of 1.7 ms on the machine in the
   * README, and every renewed token is one. Checking a signature costs 0.3 ms either way.
   *
   * The first tier compiles so cheaply that it may begin after 20 calls instead of 200. At the 25
   * requests a second that one node answers in the demo it would otherwise interpret for its first
   * ten seconds, at twice to three times the cost: a restarted node that had been given its slots
   * fell behind by seconds. It costs 0.7 s of processor time per JVM at the start.
   *
   * With the first tier alone a JVM reserves 48 MB for compiled code, and each time that about a
   * seventh of what is free of them has been filled it stops the world for a full collection, to
   * throw code away that nobody needs. That was three to four stops of 0.2 to 0.8 s in a node's
   * first minutes, the last of them under load. 240 MB is what a JVM reserves with both compilers;
   * only what is filled takes memory.
   */
  private static Stream<String> compiler(Kind kind) {
    return kind == Kind.IDENTITY_PROVIDER
        ? Stream.empty()
        : Stream.of(
            "-XX:TieredStopAtLevel=1",
            "-XX:CompileThresholdScaling=0.1",
            "-XX:ReservedCodeCacheSize=240m");
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

  /** Names what else a start-up cache depends on: the JDK, its flags, and what was rehearsed. */
  static String fingerprint(Kind kind) {
    var sum = new CRC32();
    String all = System.getProperty("java.vm.version") + flags(kind) + Rehearsal.EDITION;
    sum.update(all.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().toHexDigits((int) sum.getValue());
  }
}
