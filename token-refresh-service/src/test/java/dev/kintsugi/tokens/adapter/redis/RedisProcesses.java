package dev.kintsugi.tokens.adapter.redis;

import dev.kintsugi.local.embedded.RedisBinary;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.cluster.SlotHash;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Real Redis servers on free ports of this machine, each with a user {@code app} that may neither
 * run scripts nor list keys. All end with this object.
 */
public final class RedisProcesses implements AutoCloseable {

  /** What the service signs in with. */
  public static final String CREDENTIALS = "app:s3cret%40";

  private static final List<String> APP =
      List.of(
          "--user",
          "app",
          "on",
          ">s3cret@",
          "~kintsugi:*",
          "+@all",
          "-@scripting",
          "-keys",
          "-@admin",
          "+cluster",
          "+info");

  private static final int BUS = 10_000;

  private final Path directory;
  private final Path program;
  private final Map<Integer, Process> running = new HashMap<>();
  private final RedisClient client = RedisClient.create();
  private final Map<Integer, StatefulRedisConnection<String, String>> connections = new HashMap<>();
  private final Set<Integer> taken = new HashSet<>();
  private final Random random = new Random();

  public RedisProcesses(Path directory) {
    this.directory = directory;
    this.program = RedisBinary.in(directory.resolve("program"));
  }

  /** Starts one and waits until it answers; returns its port. */
  public int start(String... settings) throws IOException {
    int port = freePort();
    start(port, settings);
    return port;
  }

  public void start(int port, String... settings) throws IOException {
    Path home = Files.createDirectories(directory.resolve("redis-" + port));
    List<String> command =
        new ArrayList<>(
            List.of(
                program.toString(),
                "--port",
                Integer.toString(port),
                "--bind",
                "127.0.0.1",
                "--dir",
                home.toString(),
                "--save",
                "",
                "--appendonly",
                "no"));
    command.addAll(APP);
    command.addAll(List.of(settings));
    run(port, command);
  }

  /** Starts a Sentinel that alone decides; returns its port. */
  public int startSentinel(String name, int master) throws IOException {
    int port = freePort();
    Path file = directory.resolve("sentinel-" + port + ".conf");
    Files.writeString(
        file,
        """
        port %1$d
        bind 127.0.0.1
        dir %2$s
        sentinel monitor %3$s 127.0.0.1 %4$d 1
        sentinel down-after-milliseconds %3$s 1000
        sentinel failover-timeout %3$s 5000
        """
            .formatted(port, directory, name, master));
    run(port, List.of(program.toString(), file.toString(), "--sentinel"));
    return port;
  }

  /** Starts a cluster of masters, each with a like share of the slots; returns their ports. */
  public List<Integer> startCluster(int nodes) throws IOException {
    List<Integer> ports = new ArrayList<>();
    for (int i = 0; i < nodes; i++) {
      ports.add(start("--cluster-enabled", "yes", "--cluster-node-timeout", "2000"));
      admin(ports.get(i)).clusterSetConfigEpoch(i + 1L);
      int first = i * SlotHash.SLOT_COUNT / nodes;
      int end = (i + 1) * SlotHash.SLOT_COUNT / nodes;
      admin(ports.get(i)).clusterAddSlots(IntStream.range(first, end).toArray());
      admin(ports.get(i)).clusterMeet("127.0.0.1", ports.getFirst());
    }
    await(() -> ports.stream().allMatch(port -> isComplete(port, nodes)));
    return List.copyOf(ports);
  }

  /** Starts a copy of one master of a cluster and waits until it has everything. */
  public int startReplica(int master) throws IOException {
    int port = start("--cluster-enabled", "yes", "--cluster-node-timeout", "2000");
    admin(port).clusterMeet("127.0.0.1", master);
    String id = admin(master).clusterMyId();
    await(() -> admin(port).clusterNodes().contains(id));
    await(() -> admin(port).clusterInfo().contains("cluster_state:ok"));
    admin(port).clusterReplicate(id);
    await(() -> admin(port).info("replication").contains("master_link_status:up"));
    return port;
  }

  private boolean isComplete(int port, int nodes) {
    String info = admin(port).clusterInfo();
    return info.contains("cluster_state:ok")
        && info.contains("cluster_known_nodes:" + nodes)
        && info.contains("cluster_slots_assigned:" + SlotHash.SLOT_COUNT);
  }

  /** What the service is told of a cluster. */
  public static String clusterUrl(List<Integer> ports) {
    return ports.stream()
        .map(port -> "127.0.0.1:" + port)
        .collect(Collectors.joining(",", "redis-cluster://" + CREDENTIALS + "@", ""));
  }

  private void run(int port, List<String> command) throws IOException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("redis-" + port + ".log").toFile())
            .start();
    running.put(port, process);
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    await(() -> ping(port));
  }

  /** Without a farewell. */
  public void kill(int port) {
    Process process = running.remove(port);
    process.destroyForcibly();
    process.onExit().orTimeout(10, TimeUnit.SECONDS).join();
  }

  /** As the administrator, who may do everything. */
  public RedisCommands<String, String> admin(int port) {
    return connections
        .computeIfAbsent(
            port,
            _ -> client.connect(RedisURI.builder().withHost("127.0.0.1").withPort(port).build()))
        .sync();
  }

  private boolean ping(int port) {
    if (!running.get(port).isAlive()) {
      throw new IllegalStateException("Redis at " + port + " has ended; see its log");
    }
    try {
      return admin(port).ping().equals("PONG");
    } catch (RedisException notYet) {
      return false;
    }
  }

  public static void await(BooleanSupplier condition) {
    long limit = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - limit > 0) {
        throw new IllegalStateException("not in time");
      }
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
  }

  /** Nodes of a cluster listen at a second one, 10,000 above; both below the ephemeral ports. */
  public int freePort() {
    for (int attempt = 0; attempt < 1_000; attempt++) {
      int port = 12_000 + random.nextInt(9_000);
      if (isFree(port) && isFree(port + BUS) && taken.add(port)) {
        return port;
      }
    }
    throw new IllegalStateException("no free port");
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException inUse) {
      return false;
    }
  }

  @Override
  public void close() {
    client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    for (int port : List.copyOf(running.keySet())) {
      kill(port);
    }
  }
}
