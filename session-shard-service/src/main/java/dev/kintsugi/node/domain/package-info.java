/**
 * What a node decides, as pure state machines: the fold over a slot log, owning a slot, leases. No
 * clock, thread, randomness or I/O.
 */
@NullMarked
package dev.kintsugi.node.domain;

import org.jspecify.annotations.NullMarked;
