/**
 * Calls the owner of a slot over HTTP: follows the shard map, parks, replays. Needs only the JDK.
 */
@NullMarked
package dev.kintsugi.client;

import org.jspecify.annotations.NullMarked;
