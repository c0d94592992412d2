package dev.kintsugi.node.domain;

import java.time.Instant;

/**
 * A point in time by both clocks of a node.
 *
 * @param nanos by the ticker, which may stand still while the machine does
 * @param wall by the wall clock, which may be set
 */
public record Moment(long nanos, Instant wall) {}
