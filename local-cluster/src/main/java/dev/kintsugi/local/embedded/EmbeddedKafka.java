package dev.kintsugi.local.embedded;

import dev.kintsugi.local.process.FreePorts;
import dev.kintsugi.local.process.Signal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A real Kafka broker (KRaft) for tests: a process of its own on free ports, its data in a
 * temporary directory, gone with {@link #close} or with this JVM. Not thread-safe.
 *
 * <p>Topics are not made by themselves; replication factor is 1.
 */
public final class EmbeddedKafka implements AutoCloseable {

  private static final List<String> JVM =
      List.of(
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-XX:ReservedCodeCacheSize=240m",
          "-Xms64m",
          "-Xmx256m",
          "-Xss512k");

  private final KafkaServer server;
  private final EmbeddedProcess process;

  private final int tlsPort;

  private EmbeddedKafka(Map<String, String> overrides, Optional<Path> keyStore) {
    Path home = Directories.temporary("kintsugi-kafka-");
    List<Integer> ports = FreePorts.inARow(3);
    tlsPort = ports.get(2);
    Map<String, String> settings = new HashMap<>(overrides);
    keyStore.ifPresent(path -> settings.putAll(tls(path, ports)));
    server = new KafkaServer(home, ports.get(0), ports.get(1), settings);
    process =
        new EmbeddedProcess("Kafka", log(), this::command, () -> KafkaProbe.isReady(server.port()));
  }

  /** Starts a broker and returns when it answers. */
  public static EmbeddedKafka start() {
    return start(Map.of());
  }

  /** Starts a broker with some settings of its own (as in {@code server.properties}). */
  public static EmbeddedKafka start(Map<String, String> overrides) {
    return started(new EmbeddedKafka(overrides, Optional.empty()));
  }

  /**
   * Starts a broker that has an encrypted listener besides the plain one. It asks its clients for a
   * certificate.
   *
   * @param keyStore a PKCS12 file: the broker's key, and whom it trusts
   */
  public static EmbeddedKafka startWithTls(Path keyStore, String password) {
    return started(
        new EmbeddedKafka(
            Map.of(
                "listener.name.tls.ssl.keystore.password", password,
                "listener.name.tls.ssl.truststore.password", password),
            Optional.of(keyStore)));
  }

  private static Map<String, String> tls(Path keyStore, List<Integer> ports) {
    return Map.of(
        "listeners",
        "PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d,TLS://127.0.0.1:%d"
            .formatted(ports.get(0), ports.get(1), ports.get(2)),
        "listener.security.protocol.map",
        "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,TLS:SSL",
        "listener.name.tls.ssl.client.auth",
        "required",
        "listener.name.tls.ssl.keystore.type",
        "PKCS12",
        "listener.name.tls.ssl.keystore.location",
        keyStore.toString(),
        "listener.name.tls.ssl.truststore.type",
        "PKCS12",
        "listener.name.tls.ssl.truststore.location",
        keyStore.toString());
  }

  private static EmbeddedKafka started(EmbeddedKafka kafka) {
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

  /**
   * The address of the encrypted listener; the same after a restart. Nobody listens there on a
   * broker that was started without TLS.
   */
  public String tlsBootstrapServers() {
    return "127.0.0.1:" + tlsPort;
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
