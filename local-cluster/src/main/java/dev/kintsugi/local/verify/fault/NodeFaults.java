package dev.kintsugi.local.verify.fault;

import dev.kintsugi.local.relay.Weather;
import java.time.Duration;

/** What happens to one process at a time. */
public final class NodeFaults {

  private static final Duration PROBED = Duration.ofMillis(500);

  private NodeFaults() {}

  /** SIGKILL of a node that owns slots; started again after a while, and over when it is ready. */
  public static Fault kill(Duration dead) {
    return scene -> killNode(scene, scene.victim(), dead);
  }

  /** The same of this one. */
  static void killNode(Scene scene, String node, Duration dead) throws InterruptedException {
    scene.hurts(node);
    killAndStart(scene, node, dead);
    scene.heals(node);
  }

  /** SIGKILL of a process; started again after a while, and over when it is ready. */
  static void killAndStart(Scene scene, String process, Duration dead) throws InterruptedException {
    Runnable mend = scene.mendsWith(() -> scene.processes().start(process));
    long began = scene.nanos();
    scene.tell("SIGKILL " + process);
    scene.processes().kill(process);
    scene.awaitFor(dead);
    scene.processes().start(process);
    scene.mended(mend);
    scene.over("kill", process, began);
    scene.tell(process + " is back");
  }

  /** SIGSTOP of a node that owns slots, then SIGCONT. */
  public static Fault pause(Duration length) {
    return scene -> {
      String node = scene.victim();
      // So that it has accepted the connections through which it is probed.
      scene.awaitFor(PROBED);
      long began = scene.nanos();
      scene.hurts(node);
      scene.tell("SIGSTOP " + node);
      stop(scene, node, length);
      scene.heals(node);
      scene.over("pause", node, began);
      scene.tell("SIGCONT " + node);
    };
  }

  /**
   * The same, and what the broker says reaches the node only a while after it goes on: until then
   * it knows nothing of what has happened meanwhile, as it may be after any pause, only shorter.
   */
  public static Fault pauseAndDeafness(Network network, Duration length, Duration deaf) {
    return scene -> {
      String node = scene.victim();
      scene.awaitFor(PROBED);
      long began = scene.nanos();
      scene.hurts(node);
      Runnable mend = scene.mendsWith(() -> network.kafkaTells(node, Weather.FAIR));
      network.kafkaTells(node, Weather.STOPPED);
      scene.tell("SIGSTOP " + node);
      stop(scene, node, length);
      scene.tell("SIGCONT " + node + ", which hears nothing from the broker");
      scene.awaitFor(deaf);
      network.kafkaTells(node, Weather.FAIR);
      scene.mended(mend);
      scene.heals(node);
      scene.over("pause", node, began);
      scene.tell(node + " hears the broker again");
    };
  }

  /** SIGSTOP, then SIGCONT, which is no fault of its own. */
  static void stop(Scene scene, String process, Duration length) throws InterruptedException {
    Runnable mend = scene.mendsWith(() -> scene.processes().resume(process));
    scene.processes().pause(process);
    scene.awaitFor(length);
    scene.processes().resume(process);
    scene.mended(mend);
  }
}
