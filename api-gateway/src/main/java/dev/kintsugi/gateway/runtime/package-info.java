/** Threads, bounds and ports of the gateway. */
@NullMarked
package dev.kintsugi.gateway.runtime;

import org.jspecify.annotations.NullMarked;
