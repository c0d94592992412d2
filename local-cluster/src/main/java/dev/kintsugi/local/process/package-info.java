/**
 * Processes of this machine: who they are, what state they are in, how they are started and told to
 * stop.
 */
@NullMarked
package dev.kintsugi.local.process;

import org.jspecify.annotations.NullMarked;
