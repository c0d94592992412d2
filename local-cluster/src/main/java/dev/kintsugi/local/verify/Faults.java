package dev.kintsugi.local.verify;

import dev.kintsugi.local.verify.fault.Fault;
import dev.kintsugi.local.verify.fault.NodeFaults;
import dev.kintsugi.local.verify.measure.Judge;
import java.time.Duration;

/** The faults by their kinds, and what a proper answer is under each. */
final class Faults {

  private Faults() {}

  static Fault of(FaultKind kind, Duration length) {
    return switch (kind) {
      case KILL -> NodeFaults.kill(length);
      case PAUSE -> NodeFaults.pause(length);
      case DRAIN,
          ROLLING_RESTART,
          JOIN,
          COORDINATOR,
          KAFKA,
          REDIS,
          PARTITION_ONE_WAY,
          PARTITION_FULL,
          SLOW_NETWORK,
          CPU_HOG,
          MIX ->
          throw new UnsupportedOperationException(kind.word());
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
