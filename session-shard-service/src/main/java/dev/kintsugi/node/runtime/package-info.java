/** Threads and ports around the pure state machines of a node. */
@NullMarked
package dev.kintsugi.node.runtime;

import org.jspecify.annotations.NullMarked;
