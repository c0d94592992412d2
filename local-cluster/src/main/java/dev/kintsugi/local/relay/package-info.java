/** A network that can be broken: TCP relays between processes. */
@NullMarked
package dev.kintsugi.local.relay;

import org.jspecify.annotations.NullMarked;
