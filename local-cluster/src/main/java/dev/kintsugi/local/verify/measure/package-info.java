/** Gaps, pauses, percentiles, the targets and the line that sums a verification up. Pure. */
@NullMarked
package dev.kintsugi.local.verify.measure;

import org.jspecify.annotations.NullMarked;
