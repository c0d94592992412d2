package dev.kintsugi.tokens.app;

import dev.kintsugi.tokens.runtime.TokenRuntime;
import org.springframework.context.SmartLifecycle;

/** Starts the runtime after Redis, and stops it before Redis and after the last request. */
final class RuntimeLifecycle implements SmartLifecycle {

  private static final int PHASE = 1000;

  private final TokenRuntime runtime;
  private volatile boolean running;

  RuntimeLifecycle(TokenRuntime runtime) {
    this.runtime = runtime;
  }

  @Override
  public void start() {
    running = true;
    runtime.start();
  }

  @Override
  public void stop() {
    running = false;
    runtime.close();
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  @Override
  public int getPhase() {
    return PHASE;
  }
}
