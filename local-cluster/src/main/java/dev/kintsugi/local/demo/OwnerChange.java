package dev.kintsugi.local.demo;

import java.time.Instant;

/**
 * A slot that got another owner, as the coordinator reports it.
 *
 * @param published when the map that says so could be read, by the coordinator's clock
 */
record OwnerChange(String slot, String from, String to, String kind, Instant published) {}
