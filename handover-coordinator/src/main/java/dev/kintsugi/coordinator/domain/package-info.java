/**
 * Membership, placement, leadership and the history of handovers, as state machines that are told
 * the time and return what to do.
 */
@NullMarked
package dev.kintsugi.coordinator.domain;

import org.jspecify.annotations.NullMarked;
