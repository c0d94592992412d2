package dev.kintsugi.local.verify.check;

/**
 * A shard as it was read while nothing else went on: before a run or after it.
 *
 * @param version 0 where nothing was ever written
 */
public record Found(long version, Content content) {}
