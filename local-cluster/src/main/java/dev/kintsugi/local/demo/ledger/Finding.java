package dev.kintsugi.local.demo.ledger;

/** Something that is not as it was acknowledged. */
public sealed interface Finding {

  ShardRef shard();

  /**
   * An acknowledged write is not there.
   *
   * @param version that the write was acknowledged with
   * @param what what was expected and what was found
   */
  record Lost(ShardRef shard, long version, String what) implements Finding {
    @Override
    public String toString() {
      return "lost: version " + version + " of " + shard + ": " + what;
    }
  }

  /** An attribute is there that no write can have left behind. */
  record Unexplained(ShardRef shard, String attribute) implements Finding {
    @Override
    public String toString() {
      return "unexplained: attribute " + attribute + " in " + shard;
    }
  }
}
