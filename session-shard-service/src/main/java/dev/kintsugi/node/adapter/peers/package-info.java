/** Calls to the owners of other slots, through session-client. */
@NullMarked
package dev.kintsugi.node.adapter.peers;

import org.jspecify.annotations.NullMarked;
