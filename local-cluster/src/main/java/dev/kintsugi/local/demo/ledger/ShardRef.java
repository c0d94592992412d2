package dev.kintsugi.local.demo.ledger;

import dev.kintsugi.local.demo.plan.DemoArea;
import dev.kintsugi.trace.TraceUser;

/** The shard of a user's session in one area. */
public record ShardRef(TraceUser user, DemoArea area) {

  @Override
  public String toString() {
    return area.areaName() + " of " + user;
  }
}
