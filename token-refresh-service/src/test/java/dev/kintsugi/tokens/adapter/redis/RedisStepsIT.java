package dev.kintsugi.tokens.adapter.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.local.relay.Relay;
import dev.kintsugi.local.relay.Weather;
import dev.kintsugi.tokens.adapter.redis.RedisSteps.Decision;
import dev.kintsugi.tokens.adapter.redis.RedisSteps.Write;
import dev.kintsugi.tokens.runtime.StoreUnavailableException;
import io.lettuce.core.api.sync.RedisCommands;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a step that something comes between. */
@Timeout(60)
class RedisStepsIT {

  private static final Duration KEEP = Duration.ofHours(1);
  private static final StoredGrant ONE = new StoredGrant(1, 1, 0, 0, "", "one");
  private static final StoredGrant TWO = new StoredGrant(2, 2, 0, 0, "", "two");
  private static final StoredGrant THREE = new StoredGrant(3, 3, 0, 0, "", "three");

  @TempDir static Path directory;

  private static RedisProcesses servers;
  private static int port;

  private Relay relay;
  private RedisStore store;

  @BeforeAll
  static void start() throws Exception {
    servers = new RedisProcesses(directory);
    port = servers.start();
  }

  @AfterAll
  static void stop() {
    servers.close();
  }

  @BeforeEach
  void connect() {
    relay = new Relay(0, port);
    store = new RedisStore("redis://" + RedisProcesses.CREDENTIALS + "@127.0.0.1:" + relay.port());
  }

  @AfterEach
  void disconnect() {
    store.close();
    relay.close();
  }

  private static RedisCommands<String, String> admin() {
    return servers.admin(port);
  }

  /** Replaces one by two, and lets something happen between the decision and the write. */
  private String step(String key, Runnable between) {
    return store
        .steps()
        .run(
            key,
            (found, _) -> {
              between.run();
              return found.equals(ONE)
                  ? Decision.write("replaced", Write.keeping(key, TWO.text(), KEEP))
                  : Decision.nothing("found " + found.data());
            });
  }

  private static String begun(String name) {
    String key = "kintsugi:step:" + name;
    admin().set(key, ONE.text());
    return key;
  }

  @Test
  void nothing_comes_between() {
    String key = begun("plain");
    assertThat(step(key, () -> {})).isEqualTo("replaced");
    assertThat(admin().get(key)).isEqualTo(TWO.text());
    assertThat(step(key, () -> {})).isEqualTo("found two");
  }

  /** A life beyond all time is refused only when the transaction is carried out. */
  @Test
  void what_was_queued_and_then_refused_is_not_taken_for_done() {
    String key = begun("refused");
    Write beyond = Write.keeping(key, TWO.text(), Duration.ofMillis(Long.MAX_VALUE));
    assertThatThrownBy(() -> store.steps().run(key, (_, _) -> Decision.write("replaced", beyond)))
        .isInstanceOf(StoreUnavailableException.class);
    assertThat(admin().get(key)).isEqualTo(ONE.text());
  }

  @Test
  void what_another_has_written_meanwhile_is_decided_on_anew() {
    String key = begun("overtaken");
    AtomicInteger decisions = new AtomicInteger();
    assertThat(
            step(
                key,
                () -> {
                  if (decisions.incrementAndGet() == 1) {
                    admin().set(key, THREE.text());
                  }
                }))
        .isEqualTo("found three");
    assertThat(decisions).hasValue(2);
    assertThat(admin().get(key)).isEqualTo(THREE.text());
  }

  @Test
  void the_same_value_written_again_counts_as_a_change() {
    String key = begun("touched");
    AtomicInteger decisions = new AtomicInteger();
    step(
        key,
        () -> {
          if (decisions.incrementAndGet() == 1) {
            admin().set(key, ONE.text());
          }
        });
    assertThat(decisions).hasValue(2);
    assertThat(admin().get(key)).isEqualTo(TWO.text());
  }

  @Test
  void whoever_is_always_overtaken_gives_up_and_has_done_nothing() {
    String key = begun("starved");
    assertThatThrownBy(() -> step(key, () -> admin().set(key, ONE.text())))
        .isInstanceOfSatisfying(
            StoreUnavailableException.class,
            gaveUp -> assertThat(gaveUp.nothingHappened()).isTrue());
    assertThat(admin().get(key)).isEqualTo(ONE.text());
  }

  /** On a connection made anew nothing would be watched, and the transaction would go through. */
  @Test
  void a_transaction_is_never_sent_over_another_connection() {
    String key = begun("cut");
    assertThatThrownBy(() ->
            step(
                key,
                () -> {
                  relay.cut();
                  admin().set(key, THREE.text());
                }))
        .isInstanceOf(StoreUnavailableException.class);
    assertThat(admin().get(key)).isEqualTo(THREE.text());
    assertThat(step(key, () -> {})).isEqualTo("found three");
  }

  @Test
  void a_write_whose_answer_is_lost_is_said_to_be_unknown() {
    String key = begun("unknown");
    assertThatThrownBy(() -> step(key, () -> relay.weather(Weather.FAIR, Weather.STOPPED)))
        .isInstanceOfSatisfying(
            StoreUnavailableException.class, lost -> assertThat(lost.nothingHappened()).isFalse());
    assertThat(admin().get(key)).isEqualTo(TWO.text());
    relay.weather(Weather.FAIR, Weather.FAIR);
    assertThat(step(key, () -> {})).isEqualTo("found two");
  }

  /** The transaction is kept by the network and arrives after somebody else's. */
  @Test
  void a_write_that_arrives_late_does_nothing_if_others_were_faster() {
    String key = begun("late");
    assertThatThrownBy(() -> step(key, () -> relay.weather(Weather.STOPPED, Weather.FAIR)))
        .isInstanceOf(StoreUnavailableException.class);
    admin().set(key, THREE.text());
    relay.weather(Weather.FAIR, Weather.FAIR);
    assertThat(step(key, () -> {})).isEqualTo("found three");
    RedisProcesses.await(
        () -> admin().clientList().lines().noneMatch(it -> it.contains("multi=1")));
    assertThat(admin().get(key)).isEqualTo(THREE.text());
  }

  @Test
  void a_server_that_cannot_be_reached_has_done_nothing() {
    String key = begun("away");
    relay.close();
    assertThatThrownBy(() -> step(key, () -> {}))
        .isInstanceOfSatisfying(
            StoreUnavailableException.class, away -> assertThat(away.nothingHappened()).isTrue());
    assertThat(admin().get(key)).isEqualTo(ONE.text());
  }

  @Test
  void a_write_for_which_there_is_no_memory_changes_nothing() {
    String key = begun("full");
    try {
      assertThatThrownBy(() -> step(key, () -> admin().configSet("maxmemory", "1")))
          .isInstanceOfSatisfying(
              StoreUnavailableException.class, full -> assertThat(full.nothingHappened()).isTrue());
    } finally {
      admin().configSet("maxmemory", "0");
    }
    assertThat(admin().get(key)).isEqualTo(ONE.text());
    assertThat(step(key, () -> {})).isEqualTo("replaced");
  }

  @Test
  void no_connection_is_left_over() {
    String key = begun("leftover");
    for (int i = 0; i < 40; i++) {
      admin().set(key, ONE.text());
      if (i % 4 == 1) {
        assertThatThrownBy(() -> step(key, relay::cut))
            .isInstanceOf(StoreUnavailableException.class);
      } else {
        step(key, () -> {});
      }
    }
    assertThat(admin().clientList().lines().filter(line -> line.contains("user=app")).count())
        .isLessThan(4);
  }
}
