/** Micrometer listens to calls and streams. */
@NullMarked
package dev.kintsugi.gateway.adapter.metrics;

import org.jspecify.annotations.NullMarked;
