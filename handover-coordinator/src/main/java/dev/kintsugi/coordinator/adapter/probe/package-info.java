/** Knocking at nodes over TCP and HTTP. */
@NullMarked
package dev.kintsugi.coordinator.adapter.probe;

import org.jspecify.annotations.NullMarked;
