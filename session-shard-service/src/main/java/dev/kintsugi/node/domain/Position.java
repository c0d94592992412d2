package dev.kintsugi.node.domain;

import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.SlotId;

/**
 * Where in a slot's log an answer was read.
 *
 * @param nextOffset the offset of the next record to apply
 */
public record Position(SlotId slot, Epoch epoch, long nextOffset) {}
