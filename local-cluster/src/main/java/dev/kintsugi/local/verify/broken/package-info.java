/** Nodes that break one rule on purpose, to show that the check can fail. */
@NullMarked
package dev.kintsugi.local.verify.broken;

import org.jspecify.annotations.NullMarked;
