/** Counters and health. */
@NullMarked
package dev.kintsugi.tokens.adapter.metrics;

import org.jspecify.annotations.NullMarked;
