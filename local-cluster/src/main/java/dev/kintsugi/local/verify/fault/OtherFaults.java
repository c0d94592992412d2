package dev.kintsugi.local.verify.fault;

import dev.kintsugi.local.SuiteException;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;

/** What happens to other processes than nodes, or to many at once. */
public final class OtherFaults {

  private static final Duration END_LIMIT = Duration.ofSeconds(60);
  private static final int LEAST_PAUSE_MILLIS = 200;
  private static final int MOST_PAUSE_MILLIS = 700;
  private static final int MOST_BETWEEN_MILLIS = 4_000;
  private static final Duration BETWEEN = Duration.ofSeconds(3);

  private OtherFaults() {}

  /** SIGKILL of the coordinator that leads. */
  public static Fault coordinator(Duration dead) {
    return scene -> {
      String leader = scene.table().leader();
      if (leader.isEmpty()) {
        throw new SuiteException("no coordinator is known to lead");
      }
      NodeFaults.killAndStart(scene, leader, dead);
    };
  }

  /** SIGKILL of Redis. */
  public static Fault redis(Duration dead) {
    return scene -> NodeFaults.killAndStart(scene, "redis", dead);
  }

  /** The broker is stopped, stays away, and is started again; over when it answers. */
  public static Fault kafka(Duration away) {
    return scene -> {
      Runnable mend = scene.mendsWith(() -> scene.processes().startAtOnce("kafka"));
      long began = scene.nanos();
      scene.tell("SIGTERM kafka");
      scene.processes().terminate("kafka", END_LIMIT);
      scene.awaitFor(away);
      scene.tell("starting kafka");
      scene.processes().startAtOnce("kafka");
      scene.mended(mend);
      scene.over("restart", "kafka", began);
      scene.tell("kafka is back");
    };
  }

  /**
   * All processors are busy with something else and nodes stand still for moments, none of which is
   * a reason to take anything from them; in the end one is killed, which is.
   */
  public static Fault cpuHog(Duration length, Duration dead) {
    return scene -> {
      long began = scene.nanos();
      try (BusyProcesses busy = BusyProcesses.start(Runtime.getRuntime().availableProcessors())) {
        Runnable mend = scene.mendsWith(busy::close);
        scene.tell(busy.count() + " busy processes");
        while (scene.nanos() - began < length.toNanos()) {
          List<String> nodes = List.copyOf(new TreeSet<>(scene.table().owned().keySet()));
          String node = nodes.get(scene.random().nextInt(nodes.size()));
          int millis = scene.random().nextInt(LEAST_PAUSE_MILLIS, MOST_PAUSE_MILLIS + 1);
          NodeFaults.stop(scene, node, Duration.ofMillis(millis));
          scene.awaitFor(Duration.ofMillis(scene.random().nextInt(MOST_BETWEEN_MILLIS)));
        }
        // What was held up before is no part of what the kill costs.
        NodeFaults.killNode(scene, scene.victim(), dead);
        scene.mended(mend);
      }
    };
  }

  /** Faults as chance has it, one after another, for so long. */
  public static Fault mix(List<Fault> faults, Duration length) {
    return scene -> {
      long began = scene.nanos();
      while (scene.nanos() - began < length.toNanos()) {
        faults.get(scene.random().nextInt(faults.size())).run(scene);
        scene.awaitWhole();
        scene.awaitFor(BETWEEN);
      }
    };
  }
}
