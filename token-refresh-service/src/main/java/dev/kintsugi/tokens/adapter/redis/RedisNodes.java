package dev.kintsugi.tokens.adapter.redis;

import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Which server answers for a key. Thread-safe. */
public sealed interface RedisNodes {

  /** The server that is said to have the key; throws {@link RedisException} if nobody knows. */
  RedisURI of(byte[] key);

  /** A server that another one has named. */
  RedisURI at(String host, int port);

  /** What was known has turned out to be old. */
  void outdated();

  /**
   * One server for all keys; with Sentinels the master, which each new connection asks them for.
   */
  record One(RedisURI uri) implements RedisNodes {
    @Override
    public RedisURI of(byte[] key) {
      return uri;
    }

    @Override
    public RedisURI at(String host, int port) {
      return uri;
    }

    @Override
    public void outdated() {}
  }

  /**
   * The masters of a Redis Cluster.
   *
   * @param client who keeps the table of slots
   * @param like with whose credentials nodes are spoken to
   */
  record Slots(Supplier<RedisClusterClient> client, RedisURI like) implements RedisNodes {
    @Override
    public RedisURI of(byte[] key) {
      int slot = SlotHash.getSlot(key);
      @Nullable RedisClusterNode node = client.get().getPartitions().getMasterBySlot(slot);
      if (node == null) {
        outdated();
        throw new RedisException("no server is known to have slot " + slot);
      }
      return at(node.getUri().getHost(), node.getUri().getPort());
    }

    @Override
    public RedisURI at(String host, int port) {
      return RedisURI.builder(like).withHost(host).withPort(port).build();
    }

    @Override
    public void outdated() {
      var _ = client.get().refreshPartitionsAsync();
    }
  }
}
