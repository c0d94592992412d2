/** What happens, as meters, log lines and health. */
@NullMarked
package dev.kintsugi.coordinator.adapter.metrics;

import org.jspecify.annotations.NullMarked;
