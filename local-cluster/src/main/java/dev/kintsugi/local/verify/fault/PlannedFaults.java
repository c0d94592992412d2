package dev.kintsugi.local.verify.fault;

import dev.kintsugi.local.PartName;
import dev.kintsugi.local.SuiteException;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;

/** What an operator does on purpose, and nobody should notice. */
public final class PlannedFaults {

  private static final Duration END_LIMIT = Duration.ofSeconds(90);

  private PlannedFaults() {}

  /** A node gives all its slots away, stays empty for a while, and takes its share again. */
  public static Fault drain(Duration empty) {
    return scene -> {
      String node = scene.victim();
      long began = scene.nanos();
      Runnable mend = scene.mendsWith(() -> scene.command("nodes/" + node + "/activate"));
      scene.tell("drain of " + node);
      scene.command("nodes/" + node + "/drain");
      scene.awaitThat(
          node + " owns nothing", table -> !table.owned().containsKey(node) && table.isWhole());
      scene.tell(node + " owns nothing");
      scene.awaitFor(empty);
      scene.command("nodes/" + node + "/activate");
      scene.mended(mend);
      scene.awaitShare(node);
      scene.over("drain", node, began);
      scene.tell(node + " has its share again");
    };
  }

  /** Every node in turn is asked to end, is started again, and takes its share. */
  public static Fault rollingRestart() {
    return scene -> {
      for (String node : List.copyOf(new TreeSet<>(scene.table().owned().keySet()))) {
        restart(scene, node);
      }
    };
  }

  /** SIGTERM and start of one node; over when it has its share again. */
  static void restart(Scene scene, String node) throws InterruptedException {
    long began = scene.nanos();
    scene.watch(node);
    Runnable mend = scene.mendsWith(() -> scene.processes().start(node));
    scene.tell("SIGTERM " + node);
    scene.processes().terminate(node, END_LIMIT);
    scene.tell(node + " has ended");
    scene.processes().start(node);
    scene.mended(mend);
    scene.tell(node + " is back");
    scene.awaitShare(node);
    scene.over("restart", node, began);
    scene.tell(node + " has its share again");
  }

  /**
   * A node more: it has been taken out before the load begins, and is over when it has its share.
   */
  public static Fault join(String node) {
    return new Fault() {
      @Override
      public void prepare(Scene scene) throws InterruptedException {
        if (!scene.table().owned().containsKey(node)) {
          throw new SuiteException(node + " owns nothing, so that it cannot be taken out first");
        }
        scene.tell("taking " + node + " out");
        Runnable _ = scene.mendsWith(() -> scene.processes().start(node));
        scene.processes().terminate(node, END_LIMIT);
        forgetHomes(scene);
        // Which takes longer than a dead node's copies wait for it.
        scene.awaitThat(
            "everything is whole without " + node,
            table -> !table.owned().containsKey(node) && table.isWhole());
      }

      @Override
      public void run(Scene scene) throws InterruptedException {
        long began = scene.nanos();
        var table = scene.table();
        scene.leastMoves(table.slots().size() / (table.owned().size() + 1));
        scene.tell("starting " + node);
        scene.processes().start(node);
        scene.mendedAll();
        scene.awaitShare(node);
        scene.over("join", node, began);
        scene.tell(node + " has its share");
      }
    };
  }

  /** Coordinators that have just started take the node for a new one, not for one come back. */
  private static void forgetHomes(Scene scene) throws InterruptedException {
    for (int number = 1; number <= PartName.COORDINATORS; number++) {
      String coordinator = "coordinator-" + number;
      Runnable mend = scene.mendsWith(() -> scene.processes().start(coordinator));
      scene.processes().terminate(coordinator, END_LIMIT);
      scene.processes().start(coordinator);
      scene.mended(mend);
    }
  }
}
