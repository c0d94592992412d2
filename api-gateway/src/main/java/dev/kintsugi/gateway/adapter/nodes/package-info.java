/** Attempts at nodes, on the server's own event loops. */
@NullMarked
package dev.kintsugi.gateway.adapter.nodes;

import org.jspecify.annotations.NullMarked;
