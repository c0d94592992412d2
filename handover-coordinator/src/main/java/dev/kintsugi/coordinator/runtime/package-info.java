/** The one thread around the coordinator's rules, and the ports it works through. */
@NullMarked
package dev.kintsugi.coordinator.runtime;

import org.jspecify.annotations.NullMarked;
