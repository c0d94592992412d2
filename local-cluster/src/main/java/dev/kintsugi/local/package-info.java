/** The whole suite as real processes on one machine. */
@NullMarked
package dev.kintsugi.local;

import org.jspecify.annotations.NullMarked;
