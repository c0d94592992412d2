/**
 * Telling a silent peer from a slow one: pure mathematics that nodes and coordinators share.
 * Nothing here reads a clock.
 */
@NullMarked
package dev.kintsugi.core.detection;

import org.jspecify.annotations.NullMarked;
