package dev.kintsugi.local.verify.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What has to be reached under each fault. Pure. */
public final class Targets {

  private static final double MOVES_TOLERATED = 1.02;
  private static final double RECOVERY_MILLIS = 3_000;

  private static final long PLANNED_REQUESTS = 100_000;

  private final Summary summary;
  private final List<String> missed = new ArrayList<>();

  private Targets(Summary summary) {
    this.summary = summary;
  }

  /** What was not reached, in words; empty: all was. */
  public static List<String> missedBy(Summary summary) {
    return new Targets(summary).judge();
  }

  /** What a person must know besides to take targets that were reached for reached, in words. */
  public static Optional<String> reservation(Summary summary) {
    return isPlanned(summary.fault()) && summary.requests() < PLANNED_REQUESTS
        ? Optional.of(
            "%d requests: the target is meant for at least %d"
                .formatted(summary.requests(), PLANNED_REQUESTS))
        : Optional.empty();
  }

  private static boolean isPlanned(String fault) {
    return switch (fault) {
      case "drain", "rolling-restart", "join" -> true;
      default -> false;
    };
  }

  private List<String> judge() {
    none("lost", summary.lost());
    none("stale", summary.stale());
    none("zombie", summary.zombie());
    none("other violations", summary.others());
    none("violations while warming up", summary.violationsWarmingUp());
    if (summary.runs().isEmpty()) {
      missed.add("nothing was run");
    }
    switch (summary.fault()) {
      case "kill" -> kill();
      case "pause" -> {
        none("failed", summary.failed());
        atMost("gap_ms_max", summary.gap(100), 2_000);
      }
      case "drain", "rolling-restart", "join" -> planned();
      case "coordinator", "redis" -> unnoticed();
      case "kafka" -> {
        none("failed", summary.failed());
        recovery();
      }
      case "partition-one-way", "partition-full", "partition-kafka", "slow-network", "mix" ->
          recovery();
      case "cpu-hog" -> {
        none("false_failovers", summary.falseFailovers());
        kill();
      }
      default -> missed.add("there is no target for " + summary.fault());
    }
    return List.copyOf(missed);
  }

  private void kill() {
    none("failed", summary.failed());
    atMost("gap_ms_p50", summary.gap(50), 300);
    atMost("gap_ms_p99", summary.gap(99), 500);
    atMost("gap_ms_max", summary.gap(100), 1_000);
  }

  private void planned() {
    none("failed", summary.failed());
    atMost("pause_ms_p99", summary.pause(99), 20);
    atMost("gap_ms_max", summary.gap(100), 500);
    none("false_failovers", summary.falseFailovers());
    for (RunFigures run : summary.runs()) {
      RunFigures.Moves moves = run.moves();
      if (moves.planned() < moves.all()) {
        missed.add(
            "run %d: %d of %d moves were not planned ones"
                .formatted(run.run(), moves.all() - moves.planned(), moves.all()));
      }
      int unknown = moves.planned() - run.pausesMillis().size();
      if (unknown > 0) {
        missed.add(
            "run %d: the pauses of %d of %d planned moves were not found in the logs"
                .formatted(run.run(), unknown, moves.planned()));
      }
      // Away and back.
      int most = summary.fault().equals("join") ? 1 : 2;
      if (moves.mostOfOneSlot() > most) {
        missed.add("run %d: a slot moved %d times".formatted(run.run(), moves.mostOfOneSlot()));
      }
      if (summary.fault().equals("join") && moves.all() > moves.least() * MOVES_TOLERATED) {
        missed.add(
            "run %d: %d slots moved where %d had to"
                .formatted(run.run(), moves.all(), moves.least()));
      }
    }
  }

  private void unnoticed() {
    none("failed", summary.failed());
    for (RunFigures run : summary.runs()) {
      atMost("run " + run.run() + " gap_ms", run.gapMillis(), run.quietGapMillis() + 50);
    }
  }

  private void recovery() {
    for (RunFigures run : summary.runs()) {
      atMost("run " + run.run() + " recovery_ms", run.recoveryMillis(), RECOVERY_MILLIS);
    }
  }

  private void none(String what, long count) {
    if (count != 0) {
      missed.add("%s=%d, wanted 0".formatted(what, count));
    }
  }

  private void atMost(String what, double value, double most) {
    if (value > most) {
      missed.add(
          String.format(Locale.ROOT, "%s=%.0f, wanted at most %.0f", what, Math.ceil(value), most));
    }
  }
}
