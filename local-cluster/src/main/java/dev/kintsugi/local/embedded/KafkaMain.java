package dev.kintsugi.local.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import kafka.Kafka;
import kafka.tools.StorageTool;

/**
 * The broker's process: formats the storage where it is not yet, then is Kafka. One JVM for both
 * saves a second of each start.
 *
 * <p>Arguments: the properties file, the data directory, and optionally {@code --with-parent}: end
 * when standard input does.
 */
public final class KafkaMain {

  /**
   * Any 16 bytes in URL-safe Base64 name a cluster; each of ours is alone in its data directory.
   */
  private static final String CLUSTER_ID = "a2ludHN1Z2ktbG9jYWw";

  private KafkaMain() {}

  /** Runs until the process is told to end. */
  public static void main(String[] args) throws IOException {
    String properties = args[0];
    Path data = Path.of(args[1]);
    if (args.length > 2 && args[2].equals("--with-parent")) {
      Thread.ofPlatform().daemon().name("parent-watch").start(KafkaMain::endWithParent);
    }
    if (!Files.exists(data.resolve("meta.properties"))) {
      Files.createDirectories(data);
      int status =
          StorageTool.execute(
              new String[] {"format", "-t", CLUSTER_ID, "-c", properties}, System.out);
      if (status != 0) {
        System.err.println("cannot format Kafka's storage in " + data);
        System.exit(status);
      }
    }
    Kafka.main(new String[] {properties});
  }

  private static void endWithParent() {
    try {
      while (System.in.read() >= 0) {
        // Nothing is ever sent; only the end counts.
      }
    } catch (IOException closed) {
      // As good as the end.
    }
    Runtime.getRuntime().halt(1);
  }
}
