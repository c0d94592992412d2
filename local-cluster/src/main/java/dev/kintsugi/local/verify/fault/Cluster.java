package dev.kintsugi.local.verify.fault;

import dev.kintsugi.local.admin.SlotTable;

/** The cluster as its coordinators see it. Blocking; thread-safe. */
public interface Cluster {

  /** Who owns what now. */
  SlotTable table();

  /** Gives a command to the coordinator that leads, such as {@code nodes/node-1/drain}. */
  void command(String what);

  /** Returns when nothing is broken any more and nothing moves. */
  void awaitWhole() throws InterruptedException;
}
