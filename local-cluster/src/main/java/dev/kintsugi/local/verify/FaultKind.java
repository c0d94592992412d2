package dev.kintsugi.local.verify;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What is broken, with how long and how often by default. */
public enum FaultKind {
  /** SIGKILL of a node, which is started again. */
  KILL(4),
  /** SIGSTOP of a node, then SIGCONT. */
  PAUSE(12),
  /** A node gives all its slots away and takes its share again. */
  DRAIN(5),
  /** Every node in turn: SIGTERM, start. */
  ROLLING_RESTART(0),
  /** A node more. */
  JOIN(10),
  /** SIGKILL of the coordinator that leads, which is started again. */
  COORDINATOR(5),
  /** SIGTERM of the broker, which is started again. */
  KAFKA(20),
  /** SIGKILL of Redis, which is started again. */
  REDIS(5),
  /** What one node says reaches nobody; what it is told arrives. */
  PARTITION_ONE_WAY(8),
  /** One node reaches nobody and nobody reaches it. */
  PARTITION_FULL(8),
  /** One node alone hears nothing of what the broker answers; all else reaches it. */
  PARTITION_KAFKA(10),
  /** All that one node says and is told comes late. */
  SLOW_NETWORK(10),
  /** All processors are busy, nodes stand still for moments, in the end one is killed. */
  CPU_HOG(600, 1),
  /**
   * Faults of nodes, of a coordinator and of the network, one after another, as the seed has it.
   */
  MIX(600, 1);

  private static final int USUAL_RUNS = 3;

  private final int seconds;
  private final int runs;

  FaultKind(int seconds) {
    this(seconds, USUAL_RUNS);
  }

  FaultKind(int seconds, int runs) {
    this.seconds = seconds;
    this.runs = runs;
  }

  /** How long it lasts if nobody says otherwise; 0: as long as it takes. */
  int seconds() {
    return seconds;
  }

  /** How often it happens if nobody says otherwise. */
  int runs() {
    return runs;
  }

  /** As it is called on the command line. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The fault that is called so. */
  static Optional<FaultKind> find(String word) {
    return Arrays.stream(values())
        .filter(kind -> kind.word().equals(word.toLowerCase(Locale.ROOT)))
        .findFirst();
  }
}
