package dev.kintsugi.tokens.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.tokens.domain.AccessToken;
import dev.kintsugi.tokens.domain.DueTask;
import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.domain.GrantId;
import dev.kintsugi.tokens.domain.GrantKey;
import dev.kintsugi.tokens.domain.Secret;
import dev.kintsugi.tokens.runtime.GrantStore.Found;
import dev.kintsugi.tokens.runtime.GrantStore.Lease;
import dev.kintsugi.tokens.runtime.GrantStore.Leasing;
import dev.kintsugi.tokens.runtime.GrantStore.Stored;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link GrantStore} keeps to, whatever it is made of. */
public abstract class GrantStoreContract {

  protected static final Instant NOW = Instant.parse("2026-11-23T10:30:00Z");
  protected static final Duration KEEP = Duration.ofDays(3);
  protected static final Duration LONG = Duration.ofMinutes(1);

  /** The same for all tests; each has keys of its own. */
  protected abstract GrantStore store();

  @Test
  void where_nothing_is_nothing_can_be_done_but_put() {
    GrantKey key = key("nothing");
    assertThat(store().load(key)).isEqualTo(new Found.Absent(0));
    assertThat(store().lease(key, LONG)).isEqualTo(new Leasing.Nothing(new Found.Absent(0)));
    assertThat(store().takeNumber(key)).isEmpty();
    assertThat(store().store(grant(key, "r"), 0, Long.MAX_VALUE, KEEP)).isEqualTo(Stored.REFUSED);
    assertThat(store().delete(revoke(key, "1"), KEEP, KEEP)).isFalse();
    assertThat(store().forRevocation(revoke(key, "1"))).isEmpty();
    store().touch(key, NOW, KEEP);
    assertThat(store().put(grant(key, "r"), 1, NOW, KEEP)).isEqualTo(Stored.REFUSED);
    assertThat(store().load(key)).isEqualTo(new Found.Absent(0));
  }

  @Test
  void a_put_replaces_the_revision_that_was_read_and_no_other() {
    GrantKey key = key("put");
    assertThat(store().put(grant(key, "r1"), 0, NOW, KEEP)).isEqualTo(Stored.DONE);
    Found.Present first = present(key);
    assertThat(first.value()).isEqualTo(grant(key, "r1"));
    assertThat(first.lastUsed()).isEqualTo(NOW);
    assertThat(first.revision()).isPositive();
    assertThat(store().put(grant(key, "r2"), 0, NOW, KEEP)).isEqualTo(Stored.REFUSED);
    assertThat(store().put(grant(key, "r2"), first.revision(), NOW.plusSeconds(1), KEEP))
        .isEqualTo(Stored.DONE);
    Found.Present second = present(key);
    assertThat(second.value()).isEqualTo(grant(key, "r2"));
    assertThat(second.lastUsed()).isEqualTo(NOW.plusSeconds(1));
    assertThat(second.revision()).isGreaterThan(first.revision());
    assertThat(store().put(grant(key, "r3"), first.revision(), NOW, KEEP))
        .isEqualTo(Stored.REFUSED);
    assertThat(present(key)).isEqualTo(second);
  }

  @Test
  void a_lease_is_one_instances_until_it_is_given_back() {
    GrantKey key = key("lease");
    put(key, "r1");
    Found.Present found = present(key);
    Leasing.Held held = held(key);
    assertThat(held.found()).isEqualTo(found);
    assertThat(store().lease(key, LONG)).isEqualTo(new Leasing.Busy(found));
    store().release(new Lease(key, "00000000-0000-0000-0000-000000000000", held.lease().number()));
    assertThat(store().lease(key, LONG)).isEqualTo(new Leasing.Busy(found));
    store().release(held.lease());
    Leasing.Held next = held(key);
    assertThat(next.lease().number()).isGreaterThan(held.lease().number());
    store().release(held.lease());
    assertThat(store().lease(key, LONG)).as("of the other").isInstanceOf(Leasing.Busy.class);
  }

  @Test
  void a_lease_that_is_not_given_back_ends_by_itself() {
    GrantKey key = key("forgotten");
    put(key, "r1");
    Leasing first = store().lease(key, Duration.ofMillis(300));
    assertThat(first).isInstanceOf(Leasing.Held.class);
    assertThat(store().lease(key, LONG)).isInstanceOf(Leasing.Busy.class);
    long limit = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    Leasing next = store().lease(key, LONG);
    while (next instanceof Leasing.Busy) {
      assertThat(System.nanoTime() - limit).isNegative();
      next = store().lease(key, LONG);
    }
    assertThat(((Leasing.Held) next).lease().number())
        .isGreaterThan(((Leasing.Held) first).lease().number());
  }

  @Test
  void only_the_newest_number_stores_and_only_over_what_it_has_read() {
    GrantKey key = key("store");
    put(key, "r1");
    Leasing.Held held = held(key);
    long revision = held.found().revision();
    long number = held.lease().number();
    assertThat(store().store(grant(key, "x"), revision - 1, number, KEEP))
        .isEqualTo(Stored.REFUSED);
    assertThat(store().store(grant(key, "x"), revision, number - 1, KEEP))
        .isEqualTo(Stored.REFUSED);
    assertThat(store().store(grant(key, "r2"), revision, number, KEEP)).isEqualTo(Stored.DONE);
    assertThat(store().store(grant(key, "x"), revision, number, KEEP)).isEqualTo(Stored.REFUSED);
    Found.Present found = present(key);
    assertThat(found.value()).isEqualTo(grant(key, "r2"));
    assertThat(found.lastUsed()).isEqualTo(NOW);
    assertThat(found.revision()).isGreaterThan(revision);
    OptionalLong newer = store().takeNumber(key);
    assertThat(newer.orElseThrow()).isGreaterThan(number);
    assertThat(store().store(grant(key, "x"), found.revision(), number, KEEP))
        .isEqualTo(Stored.REFUSED);
    assertThat(store().store(grant(key, "r3"), found.revision(), newer.orElseThrow(), KEEP))
        .isEqualTo(Stored.DONE);
    assertThat(present(key).value()).isEqualTo(grant(key, "r3"));
  }

  @Test
  void what_an_application_puts_outdates_a_lease_but_does_not_end_it() {
    GrantKey key = key("outdated");
    put(key, "r1");
    Leasing.Held held = held(key);
    put(key, "r2");
    assertThat(store().store(grant(key, "x"), present(key).revision(), held.lease().number(), KEEP))
        .isEqualTo(Stored.REFUSED);
    assertThat(store().lease(key, LONG)).isInstanceOf(Leasing.Busy.class);
    assertThat(store().delete(revoke(key, "1"), KEEP, KEEP)).isTrue();
    put(key, "r3");
    assertThat(store().lease(key, LONG)).isInstanceOf(Leasing.Busy.class);
    store().release(held.lease());
    assertThat(held(key).lease().number()).isGreaterThan(held.lease().number());
    assertThat(present(key).value()).isEqualTo(grant(key, "r3"));
  }

  @Test
  void a_deletion_leaves_a_mark_and_keeps_the_content_for_its_task() {
    GrantKey key = key("delete");
    put(key, "r1");
    Leasing.Held held = held(key);
    long revision = held.found().revision();
    assertThat(store().delete(revoke(key, "1"), KEEP, KEEP)).isTrue();
    Found mark = store().load(key);
    assertThat(mark).isInstanceOf(Found.Absent.class);
    assertThat(mark.revision()).isGreaterThan(revision);
    assertThat(store().forRevocation(revoke(key, "1"))).contains(grant(key, "r1"));
    assertThat(store().forRevocation(revoke(key, "2"))).isEmpty();
    assertThat(store().delete(revoke(key, "2"), KEEP, KEEP)).isFalse();
    assertThat(store().store(grant(key, "x"), mark.revision(), held.lease().number(), KEEP))
        .isEqualTo(Stored.REFUSED);
    assertThat(store().lease(key, LONG)).isEqualTo(new Leasing.Nothing(mark));
    assertThat(store().takeNumber(key)).isEmpty();
    store().touch(key, NOW, KEEP);
    assertThat(store().load(key)).isEqualTo(mark);
    assertThat(store().put(grant(key, "r2"), 0, NOW, KEEP)).isEqualTo(Stored.REFUSED);
    assertThat(store().put(grant(key, "r2"), mark.revision(), NOW, KEEP)).isEqualTo(Stored.DONE);
    assertThat(store().takeNumber(key).orElseThrow()).isGreaterThan(held.lease().number());
    store().dropRevocation(revoke(key, "1"));
    assertThat(store().forRevocation(revoke(key, "1"))).isEmpty();
    store().dropRevocation(revoke(key, "1"));
    assertThat(present(key).value()).isEqualTo(grant(key, "r2"));
  }

  @Test
  void use_is_noted_and_changes_nothing_else() {
    GrantKey key = key("touch");
    put(key, "r1");
    Leasing.Held held = held(key);
    store().touch(key, NOW.plusSeconds(30), KEEP);
    assertThat(present(key))
        .isEqualTo(
            new Found.Present(grant(key, "r1"), held.found().revision(), NOW.plusSeconds(30)));
    assertThat(store().lease(key, LONG)).isInstanceOf(Leasing.Busy.class);
    assertThat(
            store().store(grant(key, "r2"), held.found().revision(), held.lease().number(), KEEP))
        .isEqualTo(Stored.DONE);
    assertThat(present(key).lastUsed()).isEqualTo(NOW.plusSeconds(30));
  }

  @Test
  void tokens_that_belong_to_no_grant_are_kept_for_their_revocation() {
    GrantKey key = key("orphan");
    store().keepForRevocation(revoke(key, "7"), grant(key, "r9"), KEEP);
    assertThat(store().forRevocation(revoke(key, "7"))).contains(grant(key, "r9"));
    assertThat(store().load(key)).isEqualTo(new Found.Absent(0));
    store().dropRevocation(revoke(key, "7"));
    assertThat(store().forRevocation(revoke(key, "7"))).isEmpty();
  }

  @Test
  void many_are_read_in_the_order_of_their_keys() {
    List<GrantKey> keys = new ArrayList<>();
    for (int i = 0; i < 203; i++) {
      keys.add(key("many-" + i));
      if (i % 3 == 0) {
        put(keys.get(i), "r" + i);
      }
    }
    store().delete(revoke(keys.get(3), "1"), KEEP, KEEP);
    List<Found> all = store().loadAll(keys);
    assertThat(all).hasSize(203);
    for (int i = 0; i < 203; i++) {
      assertThat(all.get(i)).isEqualTo(store().load(keys.get(i)));
      assertThat(all.get(i).grant())
          .isEqualTo(
              i % 3 == 0 && i != 3 ? Optional.of(grant(keys.get(i), "r" + i)) : Optional.empty());
    }
    assertThat(store().loadAll(List.of())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"}", "{", "{}", "a}b", "a%7Db", "a{b}c", "https://idp/x?y#z", "%"})
  void applications_may_be_called_anything(String application) {
    GrantKey key = new GrantKey(new ApplicationId(application), new GrantId("g"));
    assertThat(store().load(key)).isEqualTo(new Found.Absent(0));
    put(key, "r1");
    Leasing.Held held = held(key);
    assertThat(
            store().store(grant(key, "r2"), held.found().revision(), held.lease().number(), KEEP))
        .isEqualTo(Stored.DONE);
    store().release(held.lease());
    assertThat(store().delete(revoke(key, "1"), KEEP, KEEP)).isTrue();
    assertThat(store().forRevocation(revoke(key, "1"))).contains(grant(key, "r2"));
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5})
  void eight_at_once_never_get_in_each_others_way(long seed) throws Exception {
    new StoreRace(store(), seed).run();
  }

  protected final void put(GrantKey key, String token) {
    assertThat(store().put(grant(key, token), store().load(key).revision(), NOW, KEEP))
        .isEqualTo(Stored.DONE);
  }

  protected final Leasing.Held held(GrantKey key) {
    Leasing leasing = store().lease(key, LONG);
    assertThat(leasing).isInstanceOf(Leasing.Held.class);
    return (Leasing.Held) leasing;
  }

  protected final Found.Present present(GrantKey key) {
    Found found = store().load(key);
    assertThat(found).isInstanceOf(Found.Present.class);
    return (Found.Present) found;
  }

  protected static GrantKey key(String id) {
    return new GrantKey(new ApplicationId("webmail"), new GrantId(id));
  }

  protected static DueTask.Revoke revoke(GrantKey key, String number) {
    return new DueTask.Revoke(key, number);
  }

  protected static Grant grant(GrantKey key, String token) {
    return new Grant(
        key,
        new UserId("alice"),
        "idp",
        Optional.of(new Secret(token)),
        Optional.of(new AccessToken(new Secret("access"), NOW, NOW.plusSeconds(60))),
        "openid",
        1,
        Duration.ofMinutes(10),
        Optional.empty(),
        "ff");
  }
}
