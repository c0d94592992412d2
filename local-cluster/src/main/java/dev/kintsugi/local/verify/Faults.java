package dev.kintsugi.local.verify;

import dev.kintsugi.local.verify.fault.Fault;
import dev.kintsugi.local.verify.fault.Network;
import dev.kintsugi.local.verify.fault.NetworkFaults;
import dev.kintsugi.local.verify.fault.NodeFaults;
import dev.kintsugi.local.verify.fault.OtherFaults;
import dev.kintsugi.local.verify.fault.PlannedFaults;
import dev.kintsugi.local.verify.measure.Judge;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The faults by their kinds, and what a proper answer is under each. */
final class Faults {

  private static final List<FaultKind> MIXED =
      List.of(
          FaultKind.KILL,
          FaultKind.PAUSE,
          FaultKind.DRAIN,
          FaultKind.COORDINATOR,
          FaultKind.PARTITION_ONE_WAY,
          FaultKind.PARTITION_FULL,
          FaultKind.PARTITION_KAFKA,
          FaultKind.SLOW_NETWORK);

  private Faults() {}

  /** How long a killed node stays dead where another time is what was asked for. */
  private static final Duration DEAD = Duration.ofSeconds(4);

  /** Whether what a node says is lost, and nothing else happens. */
  static boolean isPartition(FaultKind kind) {
    return kind == FaultKind.PARTITION_FULL || kind == FaultKind.PARTITION_ONE_WAY;
  }

  /** Whether it happens between processes, so that something must stand between them. */
  static boolean needsNetwork(VerifyOptions options) {
    return !options.deaf().isZero() || needsNetwork(options.fault());
  }

  private static boolean needsNetwork(FaultKind kind) {
    return switch (kind) {
      case PARTITION_ONE_WAY, PARTITION_FULL, PARTITION_KAFKA, SLOW_NETWORK, MIX -> true;
      case KILL, PAUSE, DRAIN, ROLLING_RESTART, JOIN, COORDINATOR, KAFKA, REDIS, CPU_HOG -> false;
    };
  }

  /**
   * @param nodes how many there are; the last is the one that joins
   * @param network where {@link #needsNetwork}
   */
  static Fault of(VerifyOptions options, int nodes, Optional<Network> network) {
    return options.deaf().isZero()
        ? of(options.fault(), options.length(), nodes, network)
        : NodeFaults.pauseAndDeafness(network.orElseThrow(), options.length(), options.deaf());
  }

  private static Fault of(FaultKind kind, Duration length, int nodes, Optional<Network> network) {
    return switch (kind) {
      case KILL -> NodeFaults.kill(length);
      case PAUSE -> NodeFaults.pause(length);
      case DRAIN -> PlannedFaults.drain(length);
      case ROLLING_RESTART -> PlannedFaults.rollingRestart();
      case JOIN -> PlannedFaults.join("node-" + nodes);
      case COORDINATOR -> OtherFaults.coordinator(length);
      case KAFKA -> OtherFaults.kafka(length);
      case REDIS -> OtherFaults.redis(length);
      case CPU_HOG -> OtherFaults.cpuHog(length, DEAD);
      case PARTITION_ONE_WAY -> NetworkFaults.oneWay(network.orElseThrow(), length);
      case PARTITION_FULL -> NetworkFaults.full(network.orElseThrow(), length);
      case PARTITION_KAFKA -> NetworkFaults.kafka(network.orElseThrow(), length);
      case SLOW_NETWORK -> NetworkFaults.slow(network.orElseThrow(), length);
      case MIX ->
          OtherFaults.mix(
              MIXED.stream()
                  .map(one -> of(one, Duration.ofSeconds(one.seconds()), nodes, network))
                  .toList(),
              length);
    };
  }

  /**
   * How long the load goes on before the fault. Where the slowest answer of this time is what the
   * slowest of the fault is measured by, it must be of about as many.
   */
  static Duration quiet(FaultKind kind) {
    return switch (kind) {
      case COORDINATOR, REDIS -> Duration.ofSeconds(12);
      case KILL,
          PAUSE,
          DRAIN,
          ROLLING_RESTART,
          JOIN,
          KAFKA,
          PARTITION_ONE_WAY,
          PARTITION_FULL,
          PARTITION_KAFKA,
          SLOW_NETWORK,
          CPU_HOG,
          MIX ->
          Duration.ofSeconds(3);
    };
  }

  /** Whether nobody can prove anything decides what may be answered. */
  static Judge judge(FaultKind kind) {
    return switch (kind) {
      case KAFKA -> new Judge(true, true);
      case PARTITION_ONE_WAY, PARTITION_FULL, PARTITION_KAFKA, SLOW_NETWORK, MIX ->
          new Judge(true, false);
      case KILL, PAUSE, DRAIN, ROLLING_RESTART, JOIN, COORDINATOR, REDIS, CPU_HOG ->
          new Judge(false, false);
    };
  }
}
