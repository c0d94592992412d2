package dev.kintsugi.tokens.adapter.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.tokens.domain.GrantKey;
import dev.kintsugi.tokens.runtime.GrantStore;
import dev.kintsugi.tokens.runtime.GrantStore.Found;
import dev.kintsugi.tokens.runtime.GrantStore.Leasing;
import dev.kintsugi.tokens.runtime.GrantStore.Stored;
import dev.kintsugi.tokens.runtime.StoreUnavailableException;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.cluster.SlotHash;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** On a Redis Cluster of three masters; one of them dies last. */
@Timeout(120)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClusterGrantsIT extends RedisGrantsContract {

  private static final int NODES = 3;

  @TempDir static Path directory;

  private static RedisProcesses servers;
  private static List<Integer> ports;
  private static RedisStore store;

  @BeforeAll
  static void start() throws Exception {
    servers = new RedisProcesses(directory);
    ports = servers.startCluster(NODES);
    store = new RedisStore(address());
  }

  @AfterAll
  static void stop() {
    store.close();
    servers.close();
  }

  private static String address() {
    return RedisProcesses.clusterUrl(ports);
  }

  @Override
  protected GrantStore store() {
    return store.grants();
  }

  @Override
  int portOf(String key) {
    return ports.get(SlotHash.getSlot(key) * NODES / SlotHash.SLOT_COUNT);
  }

  @Override
  RedisProcesses servers() {
    return servers;
  }

  @Override
  String url() {
    return address();
  }

  /** The store's table of slots is old as soon as it has been read. */
  @Test
  void a_slot_that_moves_is_followed_step_by_step() {
    GrantKey key = key("moving");
    String name = "kintsugi:grant:{" + key + "}";
    int slot = SlotHash.getSlot(name);
    RedisCommands<String, String> from = servers.admin(portOf(name));
    int target = ports.stream().filter(port -> port != portOf(name)).findFirst().orElseThrow();
    RedisCommands<String, String> to = servers.admin(target);
    String source = from.clusterMyId();
    put(key, "r1");
    Leasing.Held held = held(key);

    to.clusterSetSlotImporting(slot, source);
    from.clusterSetSlotMigrating(slot, to.clusterMyId());
    assertThat(store().load(key).grant()).as("not gone yet").contains(grant(key, "r1"));
    from.migrate("127.0.0.1", target, name, 0, 5_000);
    assertThat(from.clusterCountKeysInSlot(slot)).isZero();
    assertThat(store().load(key).grant()).as("ASK").contains(grant(key, "r1"));
    assertThat(store().lease(key, LONG)).as("ASK").isInstanceOf(Leasing.Busy.class);
    assertThat(
            store().store(grant(key, "r2"), held.found().revision(), held.lease().number(), KEEP))
        .as("ASK")
        .isEqualTo(Stored.DONE);
    store().touch(key, NOW.plusSeconds(1), KEEP);

    to.clusterSetSlotNode(slot, to.clusterMyId());
    from.clusterSetSlotNode(slot, to.clusterMyId());
    store().release(held.lease());
    Found.Present found = present(key);
    assertThat(found.value()).isEqualTo(grant(key, "r2"));
    assertThat(found.lastUsed()).isEqualTo(NOW.plusSeconds(1));
    assertThat(store().delete(revoke(key, "1"), KEEP, KEEP)).isTrue();
    assertThat(store().forRevocation(revoke(key, "1"))).contains(grant(key, "r2"));
    assertThat(store().load(key)).isInstanceOf(Found.Absent.class);
  }

  @Test
  void a_seed_that_is_gone_is_passed_over() {
    String url =
        "redis-cluster://"
            + RedisProcesses.CREDENTIALS
            + "@127.0.0.1:"
            + servers.freePort()
            + ",127.0.0.1:"
            + ports.getLast();
    put(key("seeded"), "r1");
    try (RedisStore other = new RedisStore(url)) {
      assertThat(other.grants().load(key("seeded")).grant()).contains(grant(key("seeded"), "r1"));
      assertThat(other.grants().takeNumber(key("seeded"))).isPresent();
    }
  }

  @Test
  @Order(Integer.MAX_VALUE)
  void the_service_goes_on_with_the_replica_of_a_master_that_is_killed() throws Exception {
    GrantKey key = key("survivor");
    String name = "kintsugi:grant:{" + key + "}";
    int replica = servers.startReplica(portOf(name));
    put(key, "r1");
    Leasing.Held held = held(key);
    RedisProcesses.await(() -> heard(replica, name));
    servers.kill(portOf(name));
    RedisProcesses.await(() -> answers(key));
    assertThat(present(key)).isEqualTo(held.found());
    assertThat(store().lease(key, LONG)).as("the lease holds").isInstanceOf(Leasing.Busy.class);
    assertThat(
            store().store(grant(key, "r2"), held.found().revision(), held.lease().number(), KEEP))
        .isEqualTo(Stored.DONE);
    assertThat(present(key).value()).isEqualTo(grant(key, "r2"));
  }

  /** Whether the replica has the lease. */
  private boolean heard(int replica, String name) {
    RedisCommands<String, String> copy = servers.admin(replica);
    copy.readOnly();
    return servers.admin(portOf(name)).get(name).equals(copy.get(name));
  }

  private static boolean answers(GrantKey key) {
    try {
      return store.grants().load(key).grant().isPresent()
          && store.grants().lease(key, LONG) instanceof Leasing.Busy;
    } catch (StoreUnavailableException notYet) {
      return false;
    }
  }
}
