package dev.kintsugi.local;

import dev.kintsugi.local.process.ProcessState;
import java.net.URI;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * One process as it is now.
 *
 * @param pid empty if it is dead
 * @param uptime since its start; zero if it is dead
 * @param residentBytes memory it holds; empty if it is dead
 */
public record PartStatus(
    PartName part,
    URI address,
    ProcessState state,
    OptionalLong pid,
    Duration uptime,
    OptionalLong residentBytes) {}
