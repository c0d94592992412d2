/** Pulses from node to node over kept-open HTTP answers. */
@NullMarked
package dev.kintsugi.node.adapter.pulse;

import org.jspecify.annotations.NullMarked;
