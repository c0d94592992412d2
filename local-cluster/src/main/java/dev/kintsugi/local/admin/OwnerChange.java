package dev.kintsugi.local.admin;

import java.time.Instant;

/**
 * A slot that got another owner, as the coordinator reports it.
 *
 * @param kind {@code PLANNED} or {@code UNPLANNED}
 * @param reason in words
 * @param published when the map that says so could be read, by the coordinator's clock
 */
public record OwnerChange(
    String slot,
    String from,
    String to,
    String kind,
    String reason,
    long grant,
    Instant published) {

  /** Whether the former owner had no part in it. */
  public boolean isUnplanned() {
    return kind.equals("UNPLANNED");
  }
}
