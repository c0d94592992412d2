/** Latencies, gaps, failures and the line that sums a run up. */
@NullMarked
package dev.kintsugi.local.demo.measure;

import org.jspecify.annotations.NullMarked;
