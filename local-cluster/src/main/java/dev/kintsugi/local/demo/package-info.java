/**
 * The main job on real input: an activity trace replayed against the whole suite while nodes are
 * killed and paused.
 */
@NullMarked
package dev.kintsugi.local.demo;

import org.jspecify.annotations.NullMarked;
