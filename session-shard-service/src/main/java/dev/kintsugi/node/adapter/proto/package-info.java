/** Records of the slot logs and of the lease log, to bytes and back. */
@NullMarked
package dev.kintsugi.node.adapter.proto;

import org.jspecify.annotations.NullMarked;
