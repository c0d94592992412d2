package dev.kintsugi.tokens.app;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import redis.embedded.RedisServer;

/** A real Redis that keeps its data through a restart. */
final class TestRedis implements AutoCloseable {

  private final int port;
  private final Path directory;
  private RedisServer server;

  TestRedis(Path directory) throws IOException {
    this.directory = directory;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    start();
  }

  void start() throws IOException {
    server =
        RedisServer.newRedisServer()
            .port(port)
            .bind("127.0.0.1")
            .setting("dir " + directory)
            .setting("appendonly yes")
            .setting("appendfsync always")
            .setting("save \"\"")
            .build();
    server.start();
  }

  void stop() throws IOException {
    server.stop();
  }

  String url() {
    return "redis://127.0.0.1:" + port;
  }

  @Override
  public void close() throws IOException {
    server.stop();
  }
}
