package dev.kintsugi.local.embedded;

import dev.kintsugi.local.process.FreePorts;
import dev.kintsugi.local.process.Signal;
import java.nio.file.Path;

/**
 * A real Redis server for tests: a process of its own on a free port, its data in a temporary
 * directory, gone with {@link #close} or with this JVM. Not thread-safe.
 */
public final class EmbeddedRedis implements AutoCloseable {

  private final Path home = Directories.temporary("kintsugi-redis-");
  private final RedisServer server;
  private final EmbeddedProcess process;

  private EmbeddedRedis() {
    server = new RedisServer(RedisBinary.in(home), home, FreePorts.inARow(1).getFirst());
    process = new EmbeddedProcess("Redis", log(), server::command, server::isReady);
  }

  /** Starts a server and returns when it answers. */
  public static EmbeddedRedis start() {
    var redis = new EmbeddedRedis();
    try {
      redis.restart();
      return redis;
    } catch (RuntimeException e) {
      redis.close();
      throw e;
    }
  }

  /** Its port on 127.0.0.1; the same after a restart. */
  public int port() {
    return server.port();
  }

  /** Its address as {@code redis://127.0.0.1:PORT}. */
  public String url() {
    return "redis://127.0.0.1:" + port();
  }

  /** What the server prints. */
  public Path log() {
    return home.resolve("redis.log");
  }

  /** Stops the server in order; its data stays for {@link #restart}. */
  public void stop() {
    process.stop();
  }

  /** SIGKILL; what Redis had written to its file stays for {@link #restart}. */
  public void kill() {
    process.kill();
  }

  /** SIGSTOP: connections stay open, nothing is answered. */
  public void pause() {
    process.signal(Signal.STOP);
  }

  /** SIGCONT. */
  public void resume() {
    process.signal(Signal.CONT);
  }

  /** Starts a stopped or killed server on its old port and data; returns when it answers. */
  public void restart() {
    process.start();
  }

  /** Ends the server and deletes its data. */
  @Override
  public void close() {
    process.close();
    Directories.delete(home);
  }
}
