package dev.kintsugi.node.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.PlacementKey;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardVersion;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.node.domain.WriteRules.Decision;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class WriteRulesTest {

  private static final Area SETTINGS = new Area("settings");
  private static final SlotId SLOT = new SlotId(SETTINGS, 0);
  private static final ShardKey KEY =
      new ShardKey(SessionId.of(new PlacementKey(1), new byte[16]), SETTINGS);
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final WriteRules rules =
      new WriteRules(new AreaPolicy(SETTINGS, 1, 2, 20), WriteRulesTest::merge);

  private static Optional<String> merge(Optional<String> current, String patch) {
    return patch.equals("null") ? Optional.empty() : Optional.of(patch);
  }

  @Test
  void a_repeated_key_has_one_effect_even_if_the_precondition_no_longer_holds() {
    Request.Write write = write(1, put("a", "1"), Optional.of(new ShardVersion(3)));
    Shard after = appended(rules.decide(Optional.of(shard(3, List.of())), write, NOW));
    assertThat(after.version()).isEqualTo(new ShardVersion(4));
    assertThat(rules.decide(Optional.of(after), write, NOW))
        .isEqualTo(new Decision.Repeat(new ShardVersion(4)));
  }

  @Test
  void a_key_used_for_something_else_is_refused() {
    Shard after =
        appended(
            rules.decide(
                Optional.of(shard(3, List.of())), write(1, put("a", "1"), Optional.empty()), NOW));
    Request.Write other =
        new Request.Write(SLOT, KEY, new RequestKey(0, 1, 999), put("a", "2"), Optional.empty());
    assertThat(rules.decide(Optional.of(after), other, NOW))
        .isEqualTo(new Decision.Refuse(Refusal.KEY_REUSED));
  }

  @Test
  void keys_hold_for_ten_minutes_and_then_make_room() {
    List<AppliedRequest> old =
        List.of(
            new AppliedRequest(new RequestKey(0, 7, 7), new ShardVersion(1), NOW.minusSeconds(601)),
            new AppliedRequest(
                new RequestKey(0, 8, 8), new ShardVersion(2), NOW.minusSeconds(599)));
    Shard after =
        appended(
            rules.decide(
                Optional.of(shard(3, old)), write(1, put("a", "1"), Optional.empty()), NOW));
    assertThat(after.requests()).extracting(request -> request.key().low()).containsExactly(8L, 1L);
  }

  @Test
  void more_writes_than_keys_can_be_kept_are_refused_but_an_end_is_not() {
    List<AppliedRequest> many = new ArrayList<>();
    for (int i = 0; i < WriteRules.MAX_KEYS; i++) {
      many.add(new AppliedRequest(new RequestKey(1, i, i), new ShardVersion(i + 1), NOW));
    }
    Optional<Shard> base = Optional.of(shard(WriteRules.MAX_KEYS, many));
    assertThat(rules.decide(base, write(1, put("a", "1"), Optional.empty()), NOW))
        .isEqualTo(new Decision.Refuse(Refusal.TOO_MANY_REQUESTS));
    Change end = new Change.End(new ApplicationId("app"), Optional.empty());
    assertThat(appended(rules.decide(base, write(2, end, Optional.empty()), NOW)).ended()).isTrue();
  }

  @Test
  void what_exceeds_the_limit_is_refused() {
    assertThat(
            rules.decide(
                Optional.of(shard(1, List.of())),
                write(1, put("a", "\"12345678901234567890\""), Optional.empty()),
                NOW))
        .isEqualTo(new Decision.Refuse(Refusal.TOO_LARGE));
  }

  @Test
  void another_version_is_refused() {
    assertThat(
            rules.decide(
                Optional.of(shard(3, List.of())),
                write(1, put("a", "1"), Optional.of(new ShardVersion(2))),
                NOW))
        .isEqualTo(new Decision.Refuse(Refusal.VERSION_MISMATCH));
  }

  @Test
  void a_merge_changes_only_what_it_names() {
    Shard base = appended(rules.decide(Optional.of(shard(1, List.of())), two(), NOW));
    TreeMap<String, String> patch = new TreeMap<>(Map.of("a", "null", "c", "3"));
    Shard after =
        appended(
            rules.decide(
                Optional.of(base), write(2, new Change.Merge(patch), Optional.empty()), NOW));
    assertThat(after.content().attributes()).containsExactlyEntriesOf(map("b", "2", "c", "3"));
  }

  private static Request.Write two() {
    return write(1, new Change.Put(new Content(map("a", "1", "b", "2"))), Optional.empty());
  }

  @Test
  void an_ended_shard_takes_nothing_more_and_none_is_made_in_its_place() {
    Change end = new Change.End(new ApplicationId("app"), Optional.of(new UserId("alice")));
    Shard mark = appended(rules.decide(Optional.empty(), write(1, end, Optional.empty()), NOW));
    assertThat(mark.ended()).isTrue();
    Change create =
        new Change.Create(
            new ApplicationId("app"), Optional.empty(), Content.EMPTY, Optional.empty());
    for (Change change : List.of(put("a", "1"), create, end)) {
      assertThat(rules.decide(Optional.of(mark), write(2, change, Optional.empty()), NOW))
          .isEqualTo(new Decision.Refuse(Refusal.ENDED));
    }
  }

  @Test
  void a_shard_that_was_never_made_takes_no_content() {
    assertThat(rules.decide(Optional.empty(), write(1, put("a", "1"), Optional.empty()), NOW))
        .isEqualTo(new Decision.Refuse(Refusal.NO_SHARD));
  }

  private static Shard appended(Decision decision) {
    assertThat(decision).isInstanceOf(Decision.Append.class);
    return ((Decision.Append) decision).shard();
  }

  private static Change put(String name, String json) {
    return new Change.Put(new Content(map(name, json)));
  }

  private static Request.Write write(long key, Change change, Optional<ShardVersion> ifMatch) {
    return new Request.Write(SLOT, KEY, new RequestKey(0, key, key), change, ifMatch);
  }

  private static Shard shard(long version, List<AppliedRequest> requests) {
    return new Shard(
        new ApplicationId("app"),
        Optional.of(new UserId("alice")),
        new ShardVersion(version),
        Content.EMPTY,
        requests,
        Optional.empty(),
        Optional.empty());
  }

  private static SortedMap<String, String> map(String... pairs) {
    TreeMap<String, String> map = new TreeMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put(pairs[i], pairs[i + 1]);
    }
    return map;
  }
}
