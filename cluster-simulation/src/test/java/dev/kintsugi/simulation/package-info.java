/**
 * The machines of nodes and coordinators on one virtual clock, under faults, with the guarantees
 * checked after every step. The same seed gives the same run.
 */
@NullMarked
package dev.kintsugi.simulation;

import org.jspecify.annotations.NullMarked;
