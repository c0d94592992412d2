package dev.kintsugi.local.verify;

import dev.kintsugi.local.verify.fault.Fault;
import dev.kintsugi.local.verify.fault.NodeFaults;
import dev.kintsugi.local.verify.fault.OtherFaults;
import dev.kintsugi.local.verify.fault.PlannedFaults;
import dev.kintsugi.local.verify.measure.Judge;
import java.time.Duration;
import java.util.stream.Stream;

/** The faults by their kinds, and what a proper answer is under each. */
final class Faults {

  private Faults() {}

  /** How long a killed node stays dead where another time is what was asked for. */
  private static final Duration DEAD = Duration.ofSeconds(4);

  /** Whether it can be done: it needs relays between the processes otherwise. */
  static boolean isThere(FaultKind kind) {
    return switch (kind) {
      case PARTITION_ONE_WAY, PARTITION_FULL, SLOW_NETWORK -> false;
      case KILL, PAUSE, DRAIN, ROLLING_RESTART, JOIN, COORDINATOR, KAFKA, REDIS, CPU_HOG, MIX ->
          true;
    };
  }

  /**
   * @param nodes how many there are; the last is the one that joins
   */
  static Fault of(FaultKind kind, Duration length, int nodes) {
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
      case MIX ->
          OtherFaults.mix(
              Stream.of(FaultKind.KILL, FaultKind.PAUSE, FaultKind.DRAIN, FaultKind.COORDINATOR)
                  .map(one -> of(one, Duration.ofSeconds(one.seconds()), nodes))
                  .toList(),
              length);
      case PARTITION_ONE_WAY, PARTITION_FULL, SLOW_NETWORK ->
          throw new IllegalArgumentException(kind.word() + " is not there yet");
    };
  }

  /** Whether nobody can prove anything decides what may be answered. */
  static Judge judge(FaultKind kind) {
    return switch (kind) {
      case KAFKA -> new Judge(true, true);
      case PARTITION_ONE_WAY, PARTITION_FULL, SLOW_NETWORK, MIX -> new Judge(true, false);
      case KILL, PAUSE, DRAIN, ROLLING_RESTART, JOIN, COORDINATOR, REDIS, CPU_HOG ->
          new Judge(false, false);
    };
  }
}
