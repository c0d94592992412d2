package dev.kintsugi.tokens.adapter.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.domain.GrantKey;
import dev.kintsugi.tokens.runtime.GrantStore;
import dev.kintsugi.tokens.runtime.GrantStore.Found;
import dev.kintsugi.tokens.runtime.GrantStore.Leasing;
import dev.kintsugi.tokens.runtime.GrantStore.Stored;
import dev.kintsugi.tokens.runtime.GrantStoreContract;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds on Redis besides, whichever way it is run. */
abstract class RedisGrantsContract extends GrantStoreContract {

  private static final GrantCipher CIPHER = GrantCipher.of(List.of(RedisStore.KEY));

  /** A port at which what belongs to the key can be seen. */
  abstract int portOf(String key);

  abstract RedisProcesses servers();

  /** Returns once no replica has anything left to be told. */
  void replicated() {}

  abstract String url();

  @Override
  protected abstract GrantStore store();

  private RedisCommands<String, String> admin(String key) {
    return servers().admin(portOf(key));
  }

  private static String name(GrantKey key) {
    return "kintsugi:grant:{" + key + "}";
  }

  @Test
  void no_script_is_needed_and_no_list_of_keys() {
    RedisClient client = RedisClient.create();
    RedisURI uri =
        RedisURI.builder()
            .withHost("127.0.0.1")
            .withPort(portOf("kintsugi:any"))
            .withAuthentication("app", "s3cret@")
            .build();
    try (StatefulRedisConnection<String, String> connection = client.connect(uri)) {
      RedisCommands<String, String> app = connection.sync();
      for (Runnable forbidden :
          List.<Runnable>of(
              () -> app.eval("return 1", ScriptOutputType.INTEGER),
              () -> app.evalsha("0".repeat(40), ScriptOutputType.INTEGER),
              () -> app.scriptLoad("return 1"),
              () -> app.keys("*"))) {
        assertThatThrownBy(forbidden::run)
            .isInstanceOf(RedisCommandExecutionException.class)
            .hasMessageStartingWith("NOPERM");
      }
    } finally {
      client.shutdown();
    }
    GrantKey key = key("signed-in");
    put(key, "r1");
    assertThat(present(key).value()).isEqualTo(grant(key, "r1"));
    assertThat(admin(name(key)).clientList().lines())
        .anyMatch(line -> line.contains("user=app") && line.contains("cmd=getrange"))
        .anyMatch(line -> line.contains("user=app") && line.contains("cmd=exec"))
        .noneMatch(line -> line.contains("user=default") && line.contains("cmd=getrange"))
        .noneMatch(line -> line.contains("user=default") && line.contains("cmd=exec"));
  }

  @Test
  void everything_ends_by_itself() {
    GrantKey key = key("expiry");
    String name = name(key);
    Duration day = Duration.ofDays(1);
    store().put(grant(key, "r1"), 0, NOW, day);
    assertThat(left(name)).isBetween(day.minusMinutes(1), day);
    Leasing.Held held = held(key);
    store().takeNumber(key);
    store().release(held.lease());
    assertThat(left(name)).isBetween(day.minusMinutes(1), day);
    long number = store().takeNumber(key).orElseThrow();
    store().store(grant(key, "r2"), present(key).revision(), number, day.multipliedBy(2));
    assertThat(left(name)).isBetween(day.multipliedBy(2).minusMinutes(1), day.multipliedBy(2));
    store().touch(key, NOW, day.multipliedBy(3));
    assertThat(left(name)).isBetween(day.multipliedBy(3).minusMinutes(1), day.multipliedBy(3));
    store().delete(revoke(key, "1"), day, day.multipliedBy(4));
    assertThat(left(name)).isBetween(day.minusMinutes(1), day);
    String revocation = "kintsugi:revocation:{" + key + "}:1";
    assertThat(left(revocation))
        .isBetween(day.multipliedBy(4).minusMinutes(1), day.multipliedBy(4));
    store().keepForRevocation(revoke(key, "1"), grant(key, "r3"), day);
    assertThat(left(revocation)).isBetween(day.minusMinutes(1), day);
  }

  private Duration left(String name) {
    return Duration.ofMillis(admin(name).pttl(name));
  }

  /** A hash, which scripts changed. */
  private void putAsFormerVersion(Grant grant, Map<String, String> more) {
    String name = name(grant.key());
    admin(name).hset(name, "data", CIPHER.encrypt(grant.key(), GrantCodec.encode(grant, 4)));
    admin(name).hset(name, more);
    admin(name).pexpire(name, KEEP.toMillis());
  }

  @Test
  void what_the_former_version_of_the_service_has_kept_is_read_and_goes_on() {
    GrantKey key = key("former");
    Map<String, String> fields =
        Map.of("rev", "3", "number", "4", "used", Long.toString(NOW.toEpochMilli()));
    putAsFormerVersion(grant(key, "r1"), fields);
    Found.Present expected = new Found.Present(grant(key, "r1"), 3, NOW);
    assertThat(store().load(key)).isEqualTo(expected);
    assertThat(store().loadAll(List.of(key("none"), key))).last().isEqualTo(expected);
    Leasing.Held held = held(key);
    assertThat(held.found()).isEqualTo(expected);
    assertThat(held.lease().number()).isEqualTo(5);
    assertThat(admin(name(key)).type(name(key))).isEqualTo("string");
    assertThat(left(name(key))).isPositive();
    assertThat(store().load(key)).isEqualTo(expected);
    assertThat(store().store(grant(key, "r2"), 3, 5, KEEP)).isEqualTo(Stored.DONE);

    GrantKey doomed = key("former-doomed");
    putAsFormerVersion(grant(doomed, "r1"), fields);
    assertThat(store().delete(revoke(doomed, "1"), KEEP, KEEP)).isTrue();
    assertThat(store().forRevocation(revoke(doomed, "1"))).contains(grant(doomed, "r1"));
    assertThat(store().load(doomed)).isEqualTo(new Found.Absent(4));

    GrantKey marked = key("former-mark");
    admin(name(marked)).hset(name(marked), Map.of("rev", "7", "number", "9"));
    assertThat(store().load(marked)).isEqualTo(new Found.Absent(7));
    assertThat(store().put(grant(marked, "r2"), 0, NOW, KEEP)).isEqualTo(Stored.REFUSED);
    assertThat(store().put(grant(marked, "r2"), 7, NOW, KEEP)).isEqualTo(Stored.DONE);
    assertThat(held(marked).lease().number()).isEqualTo(11);
  }

  @ParameterizedTest
  @ValueSource(strings = {"text", "noise", "number", "list", "hash", "huge hash", "huge", "cut"})
  void what_lies_damaged_is_told_and_gives_way(String how) {
    GrantKey key = key("damaged-" + how.replace(' ', '-'));
    damage(key, how);
    Found found = store().load(key);
    assertThat(found).isInstanceOf(Found.Unreadable.class);
    assertThat(store().loadAll(List.of(key, key("none"))).getFirst()).isEqualTo(found);
    assertThat(store().lease(key, LONG)).isEqualTo(new Leasing.Nothing(found));
    store().touch(key, NOW, KEEP);
    assertThat(store().load(key)).isEqualTo(found);
    assertThat(store().put(grant(key, "r1"), found.revision() + 1, NOW, KEEP))
        .isEqualTo(Stored.REFUSED);
    assertThat(store().put(grant(key, "r1"), found.revision(), NOW, KEEP)).isEqualTo(Stored.DONE);
    Found.Present put = present(key);
    assertThat(put.value()).isEqualTo(grant(key, "r1"));
    damage(key, how);
    assertThat(store().delete(revoke(key, "1"), KEEP, KEEP)).isTrue();
    assertThat(store().load(key)).isInstanceOf(Found.Absent.class);
    assertThat(store().load(key).revision()).isPositive();
    assertThat(store().forRevocation(revoke(key, "1"))).isEmpty();
  }

  private void damage(GrantKey key, String how) {
    String name = name(key);
    RedisCommands<String, String> admin = admin(name);
    admin.del(name);
    switch (how) {
      case "text" -> admin.set(name, "hello");
      case "noise" -> admin.set(name, "g1 5 6 7 0 - no ciphertext");
      case "number" -> admin.set(name, "g1 5 6 1e3 0 - AAAA");
      case "list" -> admin.lpush(name, "hello");
      case "hash" -> admin.hset(name, "rev", "1e3");
      case "huge hash" -> admin.hset(name, "data", "A".repeat(3 << 20));
      case "huge" -> admin.set(name, "g1 5 6 7 0 - " + "A".repeat(3 << 20));
      default -> admin.set(name, "g1 5 6");
    }
  }

  @Test
  void what_is_huge_never_comes_over_the_wire() {
    GrantKey text = key("huge-text");
    GrantKey hash = key("huge-hash");
    admin(name(text)).setrange(name(text), 64L << 20, "!");
    admin(name(hash)).hset(name(hash), Map.of("data", "A".repeat(8 << 20)));
    admin(name(hash)).hset(name(hash), Map.of("rev", "1".repeat(8 << 20)));
    replicated();
    long before = sent(name(text)) + sent(name(hash));
    assertThat(store().load(text)).isInstanceOf(Found.Unreadable.class);
    assertThat(store().load(hash)).isInstanceOf(Found.Unreadable.class);
    assertThat(store().lease(text, LONG)).isInstanceOf(Leasing.Nothing.class);
    assertThat(store().lease(hash, LONG)).isInstanceOf(Leasing.Nothing.class);
    assertThat(sent(name(text)) + sent(name(hash)) - before).isLessThan(6L << 20);
    admin(name(text)).del(name(text));
    admin(name(hash)).del(name(hash));
  }

  private long sent(String key) {
    return admin(key)
        .info("stats")
        .lines()
        .filter(line -> line.startsWith("total_net_output_bytes:"))
        .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1).trim()))
        .sum();
  }

  @Test
  void a_ciphertext_moved_to_another_grant_is_noticed() {
    GrantKey a = key("swap-a");
    GrantKey b = key("swap-b");
    put(a, "r-a");
    put(b, "r-b");
    String stored = admin(name(b)).get(name(b));
    assertThat(stored).doesNotContain("r-b").doesNotContain("access").doesNotContain("alice");
    admin(name(a)).set(name(a), stored);
    assertThat(store().load(a)).isInstanceOf(Found.Unreadable.class);
    assertThat(store().lease(a, LONG)).isInstanceOf(Leasing.Nothing.class);
    store().delete(revoke(b, "1"), KEEP, KEEP);
    String content = admin(name(b)).get("kintsugi:revocation:{" + b + "}:1");
    admin(name(a)).set("kintsugi:revocation:{" + a + "}:1", content);
    assertThat(store().forRevocation(revoke(a, "1"))).isEmpty();
  }

  /** First every instance learns the new key as an old one, then it is the one to write with. */
  @Test
  void the_encryption_key_changes_while_two_instances_go_on() {
    String next = "22".repeat(32);
    GrantKey key = key("rotated");
    GrantKey other = key("rotated-later");
    put(key, "r1");
    put(other, "r1");
    try (RedisStore ready = new RedisStore(url(), RedisStore.KEY, next);
        RedisStore writing = new RedisStore(url(), next, RedisStore.KEY);
        RedisStore after = new RedisStore(url(), next)) {
      assertThat(ready.grants().load(key).grant()).contains(grant(key, "r1"));
      assertThat(after.grants().load(key)).isInstanceOf(Found.Unreadable.class);
      Leasing.Held held = (Leasing.Held) writing.grants().lease(key, LONG);
      assertThat(
              writing
                  .grants()
                  .store(grant(key, "r2"), held.found().revision(), held.lease().number(), KEEP))
          .isEqualTo(Stored.DONE);
      writing.grants().release(held.lease());
      for (RedisStore each : List.of(ready, writing, after)) {
        assertThat(each.grants().load(key).grant()).contains(grant(key, "r2"));
      }
      assertThat(ready.grants().load(other).grant()).contains(grant(other, "r1"));
      assertThat(writing.grants().delete(revoke(other, "1"), KEEP, KEEP)).isTrue();
      assertThat(ready.grants().forRevocation(revoke(other, "1"))).contains(grant(other, "r1"));
    }
  }
}
