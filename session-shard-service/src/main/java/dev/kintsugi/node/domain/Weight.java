package dev.kintsugi.node.domain;

/**
 * What a shard takes of the heap, in bytes: an estimate that is rather too high than too low. Pure.
 */
final class Weight {

  private static final int EACH_SHARD = 700;
  private static final int EACH_ATTRIBUTE = 150;
  private static final int EACH_REQUEST = 110;

  private Weight() {}

  static long of(Shard shard) {
    return EACH_SHARD
        + shard.content().bytes()
        + (long) EACH_ATTRIBUTE * shard.content().attributes().size()
        + (long) EACH_REQUEST * shard.requests().size();
  }
}
