package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.Areas;
import java.time.Duration;

/**
 * Everything a coordinator is configured with.
 *
 * @param url its REST interface, for others to be sent to while it leads
 * @param tickEvery how often it is told the time
 * @param history handovers remembered
 */
public record Settings(
    CoordinatorId id,
    String url,
    Areas areas,
    Timing timing,
    Limits limits,
    Duration tickEvery,
    int history) {}
