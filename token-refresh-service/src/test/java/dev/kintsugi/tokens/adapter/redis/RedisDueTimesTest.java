package dev.kintsugi.tokens.adapter.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.tokens.domain.DueTask;
import dev.kintsugi.tokens.domain.GrantId;
import dev.kintsugi.tokens.domain.GrantKey;
import dev.kintsugi.tokens.runtime.DueTimes.Claimed;
import dev.kintsugi.tokens.runtime.Shares;
import dev.kintsugi.tokens.runtime.StoreUnavailableException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.RedisConnectionFailureException;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.ZSetOperations;
import org.springframework.data.redis.core.ZSetOperations.TypedTuple;

/** Sorted sets in memory, of which some may be away, as in a cluster. */
class RedisDueTimesTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration HOLD = Duration.ofSeconds(20);

  private final Map<String, Map<String, Double>> sets = new HashMap<>();
  private final Set<String> away = new HashSet<>();
  private final RedisDueTimes times =
      new RedisDueTimes(new RedisCalls(new Template(), Duration.ofSeconds(1)), "k:", 8);

  private final class Template extends StringRedisTemplate {
    @Override
    @SuppressWarnings("unchecked")
    public ZSetOperations<String, String> opsForZSet() {
      return (ZSetOperations<String, String>)
          Proxy.newProxyInstance(
              RedisDueTimesTest.class.getClassLoader(),
              new Class<?>[] {ZSetOperations.class},
              (_, method, arguments) -> call(method.getName(), arguments));
    }
  }

  @SuppressWarnings("unchecked")
  private Object call(String command, Object[] arguments) {
    String key = (String) arguments[0];
    if (away.contains(key)) {
      throw new RedisConnectionFailureException("away");
    }
    Map<String, Double> set = sets.computeIfAbsent(key, _ -> new HashMap<>());
    return switch (command) {
      case "add" -> {
        if (arguments[1] instanceof Set<?> some) {
          some.forEach(one -> put(set, (TypedTuple<String>) one));
          yield (long) some.size();
        }
        set.put((String) arguments[1], (Double) arguments[2]);
        yield true;
      }
      case "remove" -> 0L;
      case "rangeByScoreWithScores" ->
          set.entrySet().stream()
              .filter(entry -> entry.getValue() <= (Double) arguments[2])
              .sorted(
                  Map.Entry.<String, Double>comparingByValue()
                      .thenComparing(Comparator.comparing(Map.Entry::getKey)))
              .limit((Long) arguments[4])
              .map(entry -> TypedTuple.of(entry.getKey(), entry.getValue()))
              .collect(Collectors.toCollection(LinkedHashSet::new));
      default -> throw new IllegalStateException(command);
    };
  }

  private static void put(Map<String, Double> set, TypedTuple<String> one) {
    set.put(String.valueOf(one.getValue()), java.util.Objects.requireNonNull(one.getScore()));
  }

  private void plan(int share, int count) {
    for (int i = 0; i < count; i++) {
      GrantKey key = new GrantKey(new ApplicationId("webmail"), new GrantId("g" + share + "-" + i));
      times.plan(new DueTask.Refresh(key), share, NOW.minusMillis(i));
    }
  }

  private List<Claimed> claim(int most) {
    return times.claim(NOW, _ -> NOW, HOLD, most);
  }

  @Test
  void what_was_claimed_where_redis_answers_is_done_although_a_part_of_it_is_away() {
    for (int share = Shares.NONE; share < 8; share++) {
      plan(share, 2);
    }
    away.add("k:due:4");
    Set<Claimed> done = new HashSet<>();
    for (int poll = 0; poll < 10; poll++) {
      try {
        done.addAll(claim(100));
      } catch (StoreUnavailableException nothingAtAll) {
        assertThat(nothingAtAll).isNotNull();
      }
    }
    assertThat(done).hasSize(16);
  }

  @Test
  void where_nothing_answers_that_is_told() {
    away.addAll(List.of("k:due", "k:due:0", "k:due:1", "k:due:2", "k:due:3", "k:due:4"));
    away.addAll(List.of("k:due:5", "k:due:6", "k:due:7"));
    assertThatThrownBy(() -> claim(10)).isInstanceOf(StoreUnavailableException.class);
  }

  @Test
  void no_share_starves_because_another_has_more_than_can_be_done() {
    plan(Shares.NONE, 1_000);
    plan(0, 1_000);
    plan(7, 10);
    assertThat(claim(45)).filteredOn(claimed -> claimed.share() == 7).hasSizeGreaterThan(4);
    assertThat(claim(45)).filteredOn(claimed -> claimed.share() == 7).isNotEmpty();
    assertThat(claim(45)).hasSize(45);
  }

  @Test
  void with_room_for_one_each_has_its_turn() {
    for (int share = Shares.NONE; share < 8; share++) {
      plan(share, 100);
    }
    Set<Integer> seen = new HashSet<>();
    for (int poll = 0; poll < 9; poll++) {
      claim(1).forEach(claimed -> seen.add(claimed.share()));
    }
    assertThat(seen).hasSize(9);
  }

  @Test
  void one_share_alone_gets_everything() {
    plan(3, 100);
    assertThat(claim(90)).hasSize(90);
    assertThat(claim(90)).as("held").hasSize(10);
  }
}
