package dev.kintsugi.node.app;

import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.ShardMaps;
import dev.kintsugi.node.adapter.heartbeat.Heartbeats;
import dev.kintsugi.node.adapter.metrics.ShardsHealth;
import dev.kintsugi.node.domain.SlotView;
import dev.kintsugi.node.runtime.NodeLoop;
import dev.kintsugi.node.runtime.OwnPulse;
import dev.kintsugi.node.runtime.PeerWatcher;
import java.time.Duration;
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
  private static final Duration LONGEST_FAREWELL = Duration.ofSeconds(5);
  private static final long LOOK_AGAIN_MILLIS = 50;

  /** By what the others know of this node, and it of them. */
  record Signs(Heartbeats heartbeats, PeerWatcher watcher, OwnPulse pulse) {}

  private final NodeProperties node;
  private final NodeLoop loop;
  private final ShardMaps maps;
  private final Signs signs;
  private final ShardsHealth health;
  private final ScheduledExecutorService timer;
  private final WarmUp warmUp;
  private volatile boolean running;

  NodeLifecycle(
      NodeProperties node,
      NodeLoop loop,
      ShardMaps maps,
      Signs signs,
      ShardsHealth health,
      ScheduledExecutorService timer,
      WarmUp warmUp) {
    this.node = node;
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
    running = true;
  }

  @Override
  public void stop(Runnable done) {
    signs.heartbeats().leave();
    long deadline = System.nanoTime() + LONGEST_FAREWELL.toNanos();
    LOG.info("leaving: waiting for the slots to be moved");
    farewell(deadline, done);
  }

  private void farewell(long deadlineNanos, Runnable done) {
    boolean late = System.nanoTime() - deadlineNanos >= 0;
    if (late || !ownsAnything() || !anotherNodeIsThere()) {
      LOG.info(late ? "leaving with slots still owned" : "leaving with nothing left to hand over");
      signs.heartbeats().end();
      signs.pulse().end();
      signs.watcher().close();
      health.leave();
      running = false;
      done.run();
      return;
    }
    var _ =
        timer.schedule(
            () -> farewell(deadlineNanos, done), LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
  }

  private boolean ownsAnything() {
    boolean serves =
        loop.status().slots().stream().anyMatch(slot -> slot.role() != SlotView.Role.STANDBY);
    return serves || isNamedBy(maps.current());
  }

  private boolean isNamedBy(ShardMap map) {
    NodeId self = node.nodeId();
    return map.areas().stream()
        .flatMap(area -> map.slots(area).stream())
        .anyMatch(slot -> slot.isOwner(self));
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
