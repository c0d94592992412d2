package dev.kintsugi.local.embedded;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;

/**
 * One Kafka broker that is its own controller (KRaft), with its files in one directory.
 *
 * @param home where settings and data lie
 * @param port of clients, on 127.0.0.1
 * @param controllerPort of the controller, on 127.0.0.1
 * @param overrides broker settings over the ones of this class
 */
public record KafkaServer(Path home, int port, int controllerPort, Map<String, String> overrides) {

  public KafkaServer {
    overrides = Map.copyOf(overrides);
  }

  /** The address for {@code bootstrap.servers}. */
  public String bootstrapServers() {
    return "127.0.0.1:" + port;
  }

  /** Where the records lie; it survives restarts. */
  public Path data() {
    return home.resolve("data");
  }

  /**
   * Names the code that a broker runs from: another one if any of its jars changes.
   *
   * @param main as for {@link #command}
   */
  public static String codeFingerprint(Path main) {
    var sum = new CRC32();
    for (String jar : KafkaClassPath.with(main).split(File.pathSeparator, -1)) {
      var file = new File(jar);
      String all = jar + ' ' + file.length() + ' ' + file.lastModified() + '\n';
      sum.update(all.getBytes(StandardCharsets.UTF_8));
    }
    return HexFormat.of().toHexDigits((int) sum.getValue());
  }

  /**
   * Writes the broker's settings and returns the command that runs it.
   *
   * @param jvmFlags flags of the broker's JVM
   * @param main the jar or directory that holds {@link KafkaMain}
   */
  public List<String> command(List<String> jvmFlags, Path main) {
    Path properties = home.resolve("server.properties");
    var text = new StringBuilder();
    settings().forEach((key, value) -> text.append(key).append('=').append(value).append('\n'));
    try {
      Files.createDirectories(home);
      Files.writeString(properties, text);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + properties, e);
    }
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmFlags);
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Dlog4j2.disableJmx=true",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            "-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info",
            "-Dorg.slf4j.simpleLogger.log.kafka.server.BrokerServer=info",
            "-Dorg.slf4j.simpleLogger.showDateTime=true",
            "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
            "-cp",
            KafkaClassPath.with(main),
            KafkaMain.class.getName(),
            properties.toString(),
            data().toString()));
    return command;
  }

  private Map<String, String> settings() {
    var settings = new TreeMap<String, String>();
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", "1");
    settings.put("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
    settings.put(
        "listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort);
    settings.put("controller.listener.names", "CONTROLLER");
    settings.put("inter.broker.listener.name", "PLAINTEXT");
    settings.put("log.dirs", data().toString());
    settings.put("auto.create.topics.enable", "false");

    // One broker: every internal topic has one copy, and few partitions start faster.
    settings.put("offsets.topic.replication.factor", "1");
    settings.put("offsets.topic.num.partitions", "1");
    settings.put("transaction.state.log.replication.factor", "1");
    settings.put("transaction.state.log.min.isr", "1");
    settings.put("transaction.state.log.num.partitions", "1");
    settings.put("share.coordinator.state.topic.replication.factor", "1");
    settings.put("share.coordinator.state.topic.min.isr", "1");
    settings.put("share.coordinator.state.topic.num.partitions", "1");
    settings.put("min.insync.replicas", "1");
    settings.put("group.initial.rebalance.delay.ms", "0");

    // A broker killed and started again is let in only when its old session has ended, so not too
    // long; one that was starved for longer is fenced although nobody could take over, so not
    // short.
    settings.put("broker.session.timeout.ms", "6000");
    settings.put("broker.heartbeat.interval.ms", "500");

    // Small machines: few threads, and a cleaner that does not take 128 MiB of the heap.
    settings.put("num.network.threads", "2");
    settings.put("num.io.threads", "4");
    settings.put("num.recovery.threads.per.data.dir", "1");
    settings.put("background.threads", "2");
    settings.put("log.cleaner.dedupe.buffer.size", "16777216");
    settings.put("log.segment.bytes", "67108864");
    settings.put("log.index.size.max.bytes", "1048576");
    settings.putAll(overrides);
    return settings;
  }
}
