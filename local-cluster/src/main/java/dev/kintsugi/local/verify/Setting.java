package dev.kintsugi.local.verify;

import dev.kintsugi.local.admin.Administration;
import dev.kintsugi.local.console.Console;
import dev.kintsugi.local.verify.fault.Network;
import dev.kintsugi.local.verify.fault.Processes;
import dev.kintsugi.local.verify.load.Sessions;
import dev.kintsugi.local.verify.load.Tokens;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What all runs share.
 *
 * @param nodes the URLs of the nodes, node 1 first
 * @param logs where a process prints to
 * @param network where faults need one
 */
record Setting(
    URI gateway,
    List<URI> nodes,
    Processes processes,
    Administration administration,
    Sessions sessions,
    Tokens tokens,
    Console console,
    Function<String, Path> logs,
    Optional<Network> network) {}
