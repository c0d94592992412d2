package dev.kintsugi.local.demo;

import java.net.URI;
import java.util.List;

/** The suite as the demo needs it: where its parts are, and how they are hurt. Thread-safe. */
interface DemoSuite {

  URI gateway();

  URI identityProvider();

  URI tokenService();

  List<URI> coordinators();

  /** Kafka's {@code host:port} list. */
  String kafka();

  /** A fresh token for {@code /admin/**}. */
  String adminToken();

  /** SIGKILL; returns when the process is gone. */
  void kill(String process);

  /** Starts a killed process; returns when it is ready. */
  void start(String process);

  /** SIGSTOP. */
  void pause(String process);

  /** SIGCONT. */
  void resume(String process);
}
