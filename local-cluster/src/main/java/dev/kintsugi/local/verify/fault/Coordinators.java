package dev.kintsugi.local.verify.fault;

import dev.kintsugi.local.admin.Administration;
import dev.kintsugi.local.admin.SlotTable;

/**
 * The cluster by way of its administration.
 *
 * @param nodes that have to be up for it to be whole
 */
public record Coordinators(Administration administration, int nodes) implements Cluster {

  @Override
  public SlotTable table() {
    return administration.slotTable();
  }

  @Override
  public void command(String what) {
    administration.command(what);
  }

  @Override
  public void awaitWhole() throws InterruptedException {
    new Wholeness(administration, nodes).await();
  }
}
