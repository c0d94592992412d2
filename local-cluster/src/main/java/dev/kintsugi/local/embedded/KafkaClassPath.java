package dev.kintsugi.local.embedded;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;

/**
 * The class path of the broker's own JVM. The build writes it down relative to the Maven
 * repository; where that repository is now is read off a jar that this JVM runs from.
 */
final class KafkaClassPath {

  private static final String LIST = "/META-INF/kintsugi/kafka.classpath";
  private static final String REPOSITORY = "@repository@";

  /**
   * {@code org/apache/kafka/kafka-clients/VERSION/JAR}: how far the repository is above the jar.
   */
  private static final int DEPTH = 6;

  private KafkaClassPath() {}

  /**
   * @param main the jar or directory that holds {@link KafkaMain}
   */
  static String with(Path main) {
    String repository = repository().toString();
    List<String> entries = new ArrayList<>();
    entries.add(main.toString());
    for (String entry : list().split("\\|", -1)) {
      entries.add(entry.replace(REPOSITORY, repository));
    }
    for (String entry : entries) {
      if (!Files.exists(Path.of(entry))) {
        throw new IllegalStateException(
            "Kafka needs " + entry + ", which is not there: build the project again");
      }
    }
    return String.join(File.pathSeparator, entries);
  }

  private static Path repository() {
    Path path = codeOf(Admin.class);
    for (int i = 0; i < DEPTH; i++) {
      Path parent = path.getParent();
      if (parent == null) {
        throw new IllegalStateException(
            "kafka-clients must be used from a Maven repository, not from " + codeOf(Admin.class));
      }
      path = parent;
    }
    return path;
  }

  /** Where {@link KafkaMain} was loaded from. */
  static Path ownCode() {
    return codeOf(KafkaMain.class);
  }

  private static Path codeOf(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException("the code of " + type + " has no place on disk", e);
    }
  }

  private static String list() {
    try (InputStream in = KafkaClassPath.class.getResourceAsStream(LIST)) {
      if (in == null) {
        throw new IllegalStateException(LIST + " is missing: build local-cluster with Maven");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
