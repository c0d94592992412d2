package dev.kintsugi.coordinator.app;

import dev.kintsugi.coordinator.adapter.kafka.KafkaMapLog;
import dev.kintsugi.coordinator.runtime.CoordinatorLoop;
import dev.kintsugi.core.Areas;
import dev.kintsugi.log.Topics;
import java.time.Duration;
import org.springframework.context.SmartLifecycle;

/** Starts topics, loop and log in this order, before the web server, and stops them after it. */
final class CoordinatorLifecycle implements SmartLifecycle {

  private final Topics topics;
  private final Areas areas;
  private final Duration patience;
  private final CoordinatorLoop loop;
  private final KafkaMapLog log;
  private volatile boolean running;

  CoordinatorLifecycle(
      Topics topics, Areas areas, Duration patience, CoordinatorLoop loop, KafkaMapLog log) {
    this.topics = topics;
    this.areas = areas;
    this.patience = patience;
    this.loop = loop;
    this.log = log;
  }

  @Override
  public void start() {
    topics.ensure(areas, patience);
    loop.start();
    log.follow(loop);
    running = true;
  }

  @Override
  public void stop() {
    running = false;
    loop.close();
    log.close();
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  @Override
  public int getPhase() {
    return 0;
  }
}
