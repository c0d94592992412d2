/**
 * Textbook models of time series, as R computes them: what a forecast of ours is measured beside.
 */
@NullMarked
package dev.kintsugi.bench.series;

import org.jspecify.annotations.NullMarked;
