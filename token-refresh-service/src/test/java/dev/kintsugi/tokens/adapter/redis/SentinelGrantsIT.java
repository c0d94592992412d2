package dev.kintsugi.tokens.adapter.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.tokens.domain.GrantKey;
import dev.kintsugi.tokens.runtime.GrantStore;
import dev.kintsugi.tokens.runtime.GrantStore.Leasing;
import dev.kintsugi.tokens.runtime.GrantStore.Stored;
import dev.kintsugi.tokens.runtime.StoreUnavailableException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** On a master and its replica, watched by a Sentinel. The master dies last. */
@Timeout(120)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SentinelGrantsIT extends RedisGrantsContract {

  @TempDir static Path directory;

  private static RedisProcesses servers;
  private static int master;
  private static int replica;
  private static int sentinel;
  private static RedisStore store;

  @BeforeAll
  static void start() throws Exception {
    servers = new RedisProcesses(directory);
    master = servers.start();
    replica = servers.start("--replicaof", "127.0.0.1", Integer.toString(master));
    sentinel = servers.startSentinel("grants", master);
    RedisProcesses.await(() -> servers.admin(replica).info().contains("master_link_status:up"));
    store = new RedisStore(address());
  }

  @AfterAll
  static void stop() {
    store.close();
    servers.close();
  }

  private static String address() {
    return "redis-sentinel://"
        + RedisProcesses.CREDENTIALS
        + "@127.0.0.1:"
        + servers.freePort()
        + ",127.0.0.1:"
        + sentinel
        + "#grants";
  }

  @Override
  protected GrantStore store() {
    return store.grants();
  }

  @Override
  int portOf(String key) {
    return master;
  }

  @Override
  RedisProcesses servers() {
    return servers;
  }

  @Override
  String url() {
    return address();
  }

  @Override
  void replicated() {
    RedisProcesses.await(() -> offset(master) == offset(replica));
  }

  @Test
  void where_replicas_must_have_it_a_change_counts_only_then() {
    GrantKey key = key("replicated");
    String name = "kintsugi:grant:{" + key + "}";
    try (RedisStore one = new RedisStore(url(), 1);
        RedisStore two = new RedisStore(url(), 2)) {
      assertThat(one.grants().put(grant(key, "r1"), 0, NOW, KEEP)).isEqualTo(Stored.DONE);
      assertThat(servers.admin(replica).get(name)).isEqualTo(servers.admin(master).get(name));
      assertThat(one.grants().lease(key, LONG)).isInstanceOf(Leasing.Held.class);
      assertThat(servers.admin(replica).get(name)).isEqualTo(servers.admin(master).get(name));
      long revision = present(key).revision();
      assertThatThrownBy(() -> two.grants().put(grant(key, "r2"), revision, NOW, KEEP))
          .isInstanceOfSatisfying(
              StoreUnavailableException.class,
              unknown -> assertThat(unknown.nothingHappened()).isFalse());
      assertThat(present(key).value()).as("may have happened").isEqualTo(grant(key, "r2"));
    }
  }

  @Test
  @Order(Integer.MAX_VALUE)
  void the_service_goes_on_with_the_replica_when_the_master_is_killed() {
    GrantKey key = key("survivor");
    put(key, "r1");
    Leasing.Held held = held(key);
    replicated();
    servers.kill(master);
    RedisProcesses.await(SentinelGrantsIT::answers);
    assertThat(present(key)).isEqualTo(held.found());
    assertThat(store().lease(key, LONG)).as("the lease holds").isInstanceOf(Leasing.Busy.class);
    assertThat(
            store().store(grant(key, "r2"), held.found().revision(), held.lease().number(), KEEP))
        .isEqualTo(Stored.DONE);
    store().release(held.lease());
    assertThat(held(key).found().value()).isEqualTo(grant(key, "r2"));
    assertThat(servers.admin(replica).info("replication")).contains("role:master");
  }

  private static long offset(int port) {
    String info = servers.admin(port).info("replication");
    String field = port == master ? "master_repl_offset:" : "slave_repl_offset:";
    return info.lines()
        .filter(line -> line.startsWith(field))
        .mapToLong(line -> Long.parseLong(line.substring(field.length()).trim()))
        .findFirst()
        .orElseThrow();
  }

  private static boolean answers() {
    try {
      return store.grants().load(key("survivor")).grant().isPresent()
          && store.grants().takeNumber(key("other")).isEmpty();
    } catch (StoreUnavailableException notYet) {
      return false;
    }
  }
}
