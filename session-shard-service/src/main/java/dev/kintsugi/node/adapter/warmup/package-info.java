/** The node asks itself before others do. */
@NullMarked
package dev.kintsugi.node.adapter.warmup;

import org.jspecify.annotations.NullMarked;
