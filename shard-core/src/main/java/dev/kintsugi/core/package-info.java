/** Rules that several services must compute alike: ids, epochs, the slot hash and the shard map. */
@NullMarked
package dev.kintsugi.core;

import org.jspecify.annotations.NullMarked;
