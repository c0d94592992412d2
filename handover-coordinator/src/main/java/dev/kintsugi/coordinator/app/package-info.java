/** Puts the coordinator together and starts it. */
@NullMarked
package dev.kintsugi.coordinator.app;

import org.jspecify.annotations.NullMarked;
