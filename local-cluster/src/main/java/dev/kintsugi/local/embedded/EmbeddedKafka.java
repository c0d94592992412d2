package dev.kintsugi.local.embedded;

import dev.kintsugi.local.process.FreePorts;
import dev.kintsugi.local.process.Signal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A real Kafka broker (KRaft) for tests: a process of its own on free ports, its data in a
 * temporary directory, gone with {@link #close} or with this JVM. Not thread-safe.
 *
 * <p>Topics are not made by themselves; replication factor is 1.
 */
public final class EmbeddedKafka implements AutoCloseable {

  private static final List<String> JVM =
      List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xms64m", "-Xmx256m", "-Xss512k");

  private final KafkaServer server;
  private final EmbeddedProcess process;

  private EmbeddedKafka(Map<String, String> overrides) {
    Path home = Directories.temporary("kintsugi-kafka-");
    List<Integer> ports = FreePorts.inARow(2);
    server = new KafkaServer(home, ports.get(0), ports.get(1), overrides);
    process =
        new EmbeddedProcess("Kafka", log(), this::command, () -> KafkaProbe.isReady(server.port()));
  }

  /** Starts a broker and returns when it answers. */
  public static EmbeddedKafka start() {
    return start(Map.of());
  }

  /** Starts a broker with some settings of its own (as in {@code server.properties}). */
  public static EmbeddedKafka start(Map<String, String> overrides) {
    var kafka = new EmbeddedKafka(overrides);
    try {
      kafka.restart();
      return kafka;
    } catch (RuntimeException e) {
      kafka.close();
      throw e;
    }
  }

  /** The address for {@code bootstrap.servers}; the same after a restart. */
  public String bootstrapServers() {
    return server.bootstrapServers();
  }

  /** What the broker prints. */
  public Path log() {
    return server.home().resolve("kafka.log");
  }

  /** Stops the broker in order; its data stays for {@link #restart}. */
  public void stop() {
    process.stop();
  }

  /** SIGKILL; its data stays for {@link #restart}. */
  public void kill() {
    process.kill();
  }

  /** SIGSTOP: connections stay open, nothing is answered. */
  public void pause() {
    process.signal(Signal.STOP);
  }

  /** SIGCONT. */
  public void resume() {
    process.signal(Signal.CONT);
  }

  /** Starts a stopped or killed broker on its old port and data; returns when it answers. */
  public void restart() {
    process.start();
  }

  /** Ends the broker and deletes its data. */
  @Override
  public void close() {
    process.close();
    Directories.delete(server.home());
  }

  private List<String> command() {
    var command = new ArrayList<>(server.command(JVM, KafkaClassPath.ownCode()));
    command.add("--with-parent");
    return command;
  }
}
