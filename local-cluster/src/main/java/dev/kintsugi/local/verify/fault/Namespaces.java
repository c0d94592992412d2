package dev.kintsugi.local.verify.fault;

import dev.kintsugi.local.PartName;
import dev.kintsugi.local.Place;
import dev.kintsugi.local.Ports;
import dev.kintsugi.local.SuiteException;
import dev.kintsugi.local.SuiteOptions;
import dev.kintsugi.local.relay.Relay;
import dev.kintsugi.local.relay.Weather;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Each node in a network namespace of its own, on one bridge, and packets dropped by iptables
 * inside it: a partition as the kernel sees it, with what TCP makes of lost packets. For Linux and
 * root. Thread-safe.
 */
public final class Namespaces implements Network {
  /*
   * What a node finds at 127.0.0.1 elsewhere (coordinators, broker, token service, identity
   * provider) it finds there in its namespace as well: the addresses are rewritten to the bridge's,
   * where relays without any weather lead on. So settings, the broker's listeners and the issuer of
   * tokens are the usual ones. Nothing of the machine's own network is changed but that there is a
   * bridge more.
   */

  /** Beyond that addresses would need another plan. */
  public static final int MOST_NODES = 20;

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final int FIRST_NODE = 10;
  private static final int SUBNETS = 256;
  private static final int SPAN = 100;

  private final Ports ports;
  private final int nodes;
  private final List<Relay> relays = new ArrayList<>();

  private Namespaces(Ports ports, int nodes) {
    this.ports = ports;
    this.nodes = nodes;
  }

  /**
   * Makes the namespaces of a suite with these ports; those that an earlier one left are taken away
   * first.
   *
   * @throws SuiteException if this machine does not let it; says what is missing
   */
  public static Namespaces open(Ports ports, int nodes) {
    if (nodes > MOST_NODES) {
      throw new IllegalArgumentException(
          "there are addresses for at most " + MOST_NODES + " nodes, not for " + nodes);
    }
    Namespaces namespaces = new Namespaces(ports, nodes);
    namespaces.requireTools();
    namespaces.requireUnused();
    namespaces.remove();
    try {
      namespaces.make();
    } catch (RuntimeException e) {
      namespaces.close();
      throw e;
    }
    return namespaces;
  }

  private void requireTools() {
    for (List<String> tool : List.of(List.of("ip", "netns", "list"), List.of("iptables", "-V"))) {
      if (!succeeds(tool)) {
        throw new SuiteException(
            "--by namespaces needs Linux, root, ip (iproute2) and iptables, and \"%s\" does not work; apt-get"
                    .formatted(String.join(" ", tool))
                + " install iproute2 iptables, or partition by relays");
      }
    }
  }

  /**
   * Two suites with the same ports cannot run at once; then nothing is taken away from the first.
   */
  private void requireUnused() {
    for (int node = 1; node <= nodes; node++) {
      String running = output(List.of("ip", "netns", "pids", namespace(node)));
      if (!running.isBlank()) {
        throw new SuiteException(
            "processes run in the network namespace %s (pids %s); stop them, or choose other ports with --port-base"
                .formatted(namespace(node), running.strip().replaceAll("\\s+", ", ")));
      }
    }
  }

  private void make() {
    run("ip", "link", "add", bridge(), "type", "bridge");
    run("ip", "addr", "add", host(1) + "/24", "dev", bridge());
    run("ip", "link", "set", bridge(), "up");
    for (int node = 1; node <= nodes; node++) {
      make(node);
    }
    Stream.concat(
            Stream.of(ports.identityProvider(), ports.tokenService(), ports.kafka()),
            IntStream.rangeClosed(1, PartName.COORDINATORS).mapToObj(ports::coordinator))
        .forEach(port -> relays.add(new Relay(address(host(1)), port, port)));
  }

  private void make(int node) {
    String outside = "k" + ports.base() + 'n' + node;
    run("ip", "netns", "add", namespace(node));
    run(
        "ip",
        "link",
        "add",
        outside,
        "type",
        "veth",
        "peer",
        "name",
        "eth0",
        "netns",
        namespace(node));
    run("ip", "link", "set", outside, "master", bridge(), "up");
    inside(node, "ip", "link", "set", "lo", "up");
    inside(node, "ip", "addr", "add", hostOf(node) + "/24", "dev", "eth0");
    inside(node, "ip", "link", "set", "eth0", "up");
    // Lets what was sent to 127.0.0.1 leave the namespace, and its answers come back.
    inside(node, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/conf/all/route_localnet");
    inside(
        node,
        "iptables",
        "-w",
        "-t",
        "nat",
        "-A",
        "OUTPUT",
        "-d",
        "127.0.0.1",
        "-p",
        "tcp",
        "--dport",
        ports.base() + ":" + (ports.base() + SPAN - 1),
        "-j",
        "DNAT",
        "--to-destination",
        host(1));
    inside(
        node, "iptables", "-w", "-t", "nat", "-A", "POSTROUTING", "-o", "eth0", "-j", "MASQUERADE");
  }

  @Override
  public SuiteOptions through(SuiteOptions options) {
    SuiteOptions all = options;
    for (int node = 1; node <= nodes; node++) {
      Place place = new Place(List.of("ip", "netns", "exec", namespace(node)), hostOf(node));
      all = all.withPlace(PartName.node(node).toString(), place);
    }
    return all;
  }

  @Override
  public void weather(String node, Weather said, Weather told) {
    boolean mute = drops(said);
    boolean deaf = drops(told);
    int number = number(node);
    inside(number, "iptables", "-w", "-t", "mangle", "-F");
    if (mute) {
      // Not in OUTPUT: what is rewritten from 127.0.0.1 seems to leave by lo there.
      inside(number, dropping("POSTROUTING", "-o"));
    }
    if (deaf) {
      inside(number, dropping("PREROUTING", "-i"));
    }
  }

  private static String[] dropping(String chain, String way) {
    return new String[] {"iptables", "-w", "-t", "mangle", "-A", chain, way, "eth0", "-j", "DROP"};
  }

  @Override
  public void kafkaTells(String node, Weather told) {
    throw new IllegalArgumentException("namespaces do not tell the broker from others");
  }

  private static boolean drops(Weather weather) {
    if (!weather.delay().isZero()) {
      throw new IllegalArgumentException("namespaces drop packets, they do not delay them");
    }
    return weather.stopped();
  }

  private int number(String node) {
    return IntStream.rangeClosed(1, nodes)
        .filter(number -> PartName.node(number).toString().equals(node))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("there is no namespace of " + node));
  }

  private String namespace(int node) {
    return "kintsugi-" + ports.base() + '-' + PartName.node(node);
  }

  private String bridge() {
    return "kintsugi" + ports.base();
  }

  private String hostOf(int node) {
    return host(FIRST_NODE + node);
  }

  /** In a net of the suite's own, by its ports. */
  private String host(int number) {
    return "10.231." + ports.base() / SPAN % SUBNETS + '.' + number;
  }

  private static InetAddress address(String host) {
    try {
      return InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(host + " is no address", e);
    }
  }

  private void inside(int node, String... command) {
    run(
        Stream.concat(Stream.of("ip", "netns", "exec", namespace(node)), Stream.of(command))
            .toArray(String[]::new));
  }

  private void remove() {
    for (int node = 1; node <= nodes; node++) {
      // With the namespace its end of the line goes, and with that the other.
      boolean _ = succeeds(List.of("ip", "netns", "delete", namespace(node)));
    }
    boolean _ = succeeds(List.of("ip", "link", "delete", bridge()));
  }

  /** Leaves everything behind, as a process that is killed does. */
  void abandon() {
    relays.forEach(Relay::close);
  }

  @Override
  public void close() {
    relays.forEach(Relay::close);
    remove();
  }

  private static void run(String... command) {
    Result result = result(List.of(command));
    if (result.status() != 0) {
      throw new SuiteException(
          "\"%s\" failed: %s".formatted(String.join(" ", command), result.output().strip()));
    }
  }

  private static boolean succeeds(List<String> command) {
    return result(command).status() == 0;
  }

  private static String output(List<String> command) {
    Result result = result(command);
    return result.status() == 0 ? result.output() : "";
  }

  private record Result(int status, String output) {}

  private static Result result(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      // They say little: nothing has to be read for them to end, and none may be waited for for
      // ever.
      if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return new Result(-1, "no end within " + LIMIT.toSeconds() + " s");
      }
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Result(process.exitValue(), output);
    } catch (IOException notThere) {
      return new Result(-1, String.valueOf(notThere.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new IOException("interrupted while a command ran", e));
    }
  }
}
