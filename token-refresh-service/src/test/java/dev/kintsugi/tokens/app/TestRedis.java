package dev.kintsugi.tokens.app;

import java.io.IOException;

/** A real Redis, running from the beginning, that keeps its data through a restart. */
interface TestRedis extends AutoCloseable {

  /** Starts it again, at the same address and with the data it had. */
  void start() throws IOException;

  /** Stops it; what it has confirmed is kept. */
  void stop() throws IOException;

  String url();

  @Override
  void close() throws IOException;
}
