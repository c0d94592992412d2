package dev.kintsugi.local.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** TCP ports of the loopback address that nobody listens on. */
public final class FreePorts {

  /*
   * Ports are looked for below the range from which systems take the ports of outgoing connections
   * (from 32768 on Linux, 49152 on macOS), so that none is lost to a passing connection between the
   * choice and the listening, or while a broker is down on purpose.
   */
  private static final int LOWEST = 18_000;
  private static final int HIGHEST = 31_000;
  private static final int ATTEMPTS = 500;

  private FreePorts() {}

  /** Returns whether a server could listen on {@code port} of 127.0.0.1 now. */
  public static boolean isFree(int port) {
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException taken) {
      return false;
    }
  }

  /** Returns the first of {@code ports} that somebody listens on. */
  public static Optional<Integer> firstTaken(Collection<Integer> ports) {
    return ports.stream().filter(port -> !isFree(port)).findFirst();
  }

  /** Returns {@code count} free ports in a row. */
  public static List<Integer> inARow(int count) {
    int base = base(first -> IntStream.range(first, first + count).boxed().toList());
    return IntStream.range(base, base + count).boxed().toList();
  }

  /** Returns a number such that all ports that {@code ports} makes of it are free. */
  public static int base(IntFunction<? extends Collection<Integer>> ports) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      int base = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
      if (firstTaken(ports.apply(base)).isEmpty()) {
        return base;
      }
    }
    throw new IllegalStateException(
        "found no free ports between " + LOWEST + " and " + HIGHEST + "; close other servers");
  }
}
