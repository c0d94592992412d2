/** Nodes watching each other: whom, and what their silence means. Pure. */
@NullMarked
package dev.kintsugi.node.domain.watch;

import org.jspecify.annotations.NullMarked;
