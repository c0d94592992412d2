/**
 * The rules by which a request pursues the owner of its slot: what to do after each answer, each
 * silence and each newer shard map. Pure: told the time, does nothing by itself.
 */
@NullMarked
package dev.kintsugi.client.domain;

import org.jspecify.annotations.NullMarked;
