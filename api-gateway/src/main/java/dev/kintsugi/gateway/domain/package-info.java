/**
 * What the gateway decides by itself: event ids, how a shard is followed, what counts as activity.
 * Pure.
 */
@NullMarked
package dev.kintsugi.gateway.domain;

import org.jspecify.annotations.NullMarked;
