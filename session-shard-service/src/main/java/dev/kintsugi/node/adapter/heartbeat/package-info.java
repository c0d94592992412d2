/** Heartbeats to the coordinators. */
@NullMarked
package dev.kintsugi.node.adapter.heartbeat;

import org.jspecify.annotations.NullMarked;
