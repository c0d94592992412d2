package dev.kintsugi.node.app;

import dev.kintsugi.core.ShardMaps;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.node.adapter.heartbeat.Heartbeats;
import dev.kintsugi.node.adapter.metrics.ShardsHealth;
import dev.kintsugi.node.domain.SlotView;
import dev.kintsugi.node.runtime.NodeLoop;
import dev.kintsugi.node.runtime.OwnPulse;
import dev.kintsugi.node.runtime.PeerWatcher;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Starts the node once all its parts are there, and lets it hand its slots over before anything
 * else stops.
 */
final class NodeLifecycle implements SmartLifecycle {

  private static final Logger LOG = LoggerFactory.getLogger(NodeLifecycle.class);
  private static final long LOOK_AGAIN_MILLIS = 50;

  /** By what the others know of this node, and it of them. */
  record Signs(Heartbeats heartbeats, PeerWatcher watcher, OwnPulse pulse) {}

  private final NodeProperties node;
  private final Duration longestFarewell;
  private final NodeLoop loop;
  private final ShardMaps maps;
  private final Signs signs;
  private final ShardsHealth health;
  private final ScheduledExecutorService timer;
  private final WarmUp warmUp;
  private volatile boolean running;

  /**
   * Of one node.
   *
   * @param shutdownPhase after which the shutdown goes on, whether the farewell is over or not
   */
  NodeLifecycle(
      NodeProperties node,
      Duration shutdownPhase,
      NodeLoop loop,
      ShardMaps maps,
      Signs signs,
      ShardsHealth health,
      ScheduledExecutorService timer,
      WarmUp warmUp) {
    this.node = node;
    this.longestFarewell = node.longestFarewell(shutdownPhase);
    this.loop = loop;
    this.maps = maps;
    this.signs = signs;
    this.health = health;
    this.timer = timer;
    this.warmUp = warmUp;
  }

  @Override
  public void start() {
    loop.start();
    var _ = maps.onChange(loop::onMap);
    var _ = maps.onChange(signs.watcher()::onMap);
    loop.onMap(maps.current());
    // Nobody gives slots to a node of which nobody has heard.
    warmUp.run();
    signs.heartbeats().start(timer, node.heartbeat());
    signs.watcher().start(timer, node.watchSettings().tick(), signs.heartbeats()::hurry);
    signs.watcher().onMap(maps.current());
    health.enter();
    running = true;
  }

  @Override
  public void stop(Runnable done) {
    signs.heartbeats().leave();
    LOG.info("leaving: waiting for the slots to be moved");
    look(new Farewell(node.farewell(), longestFarewell, System.nanoTime()), done);
  }

  private void look(Farewell farewell, Runnable done) {
    long owned = owned();
    switch (farewell.look(owned, anotherNodeIsThere(), System.nanoTime())) {
      case WAITS -> {
        var _ =
            timer.schedule(() -> look(farewell, done), LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
      }
      case NOTHING_LEFT -> end("leaving with nothing left to hand over", done);
      case NOBODY_THERE ->
          end("leaving with " + owned + " slots that no other node is there for", done);
      case STUCK ->
          end("leaving with " + owned + " slots; none has moved for " + node.farewell(), done);
      case OUT_OF_TIME ->
          end("leaving with " + owned + " slots; the shutdown would not wait any longer", done);
    }
  }

  private void end(String how, Runnable done) {
    LOG.info(how);
    signs.heartbeats().end();
    signs.pulse().end();
    signs.watcher().close();
    health.leave();
    running = false;
    done.run();
  }

  /** How many slots the node owns by its own word or by the map. */
  private long owned() {
    Set<SlotId> owned = new HashSet<>();
    for (SlotView slot : loop.status().slots()) {
      if (slot.role() != SlotView.Role.STANDBY) {
        owned.add(slot.slot());
      }
    }
    maps.current()
        .forEachSlot((slot, assignment) -> {
          if (assignment.isOwner(node.nodeId())) {
            owned.add(slot);
          }
        });
    return owned.size();
  }

  /** Whether somebody is there to take the slots over; a suspect may well be. */
  private boolean anotherNodeIsThere() {
    return maps.current().nodes().stream()
        .anyMatch(other ->
            !other.id().equals(node.nodeId())
                && switch (other.state()) {
                  case UP, SUSPECT -> true;
                  case DEAD, DRAINING -> false;
                });
  }

  @Override
  public void stop() {
    stop(() -> {});
  }

  @Override
  public boolean isRunning() {
    return running;
  }
}
