package dev.kintsugi.local.demo.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.local.demo.plan.Changes;
import dev.kintsugi.local.demo.plan.DemoArea;
import dev.kintsugi.trace.TraceUser;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LedgerTest {

  private static final ShardRef SHARD = new ShardRef(new TraceUser("ann"), DemoArea.SETTINGS);

  private final Ledger ledger = new Ledger();

  private List<Finding> compare(long version, Map<String, String> attributes) {
    return ledger.compare(SHARD, new Found(version, attributes));
  }

  @Test
  void what_was_acknowledged_and_is_there_is_fine() {
    ledger.created(SHARD, Map.of("first", "x"));
    ledger.acknowledged(SHARD, 2, Changes.set("a", "1"));

    assertThat(compare(2, Map.of("first", "x", "a", "1"))).isEmpty();
    assertThat(ledger.acknowledgedWrites()).isEqualTo(1);
  }

  @Test
  void a_lost_write_is_found() {
    ledger.acknowledged(SHARD, 2, Changes.set("a", "1"));
    ledger.acknowledged(SHARD, 3, Changes.set("b", "2"));

    List<Finding> findings = compare(3, Map.of("b", "2"));

    assertThat(findings)
        .containsExactly(new Finding.Lost(SHARD, 2, "attribute a should be \"1\", is absent"));
    assertThat(Ledger.lostWrites(findings)).isEqualTo(1);
  }

  @Test
  void an_older_write_that_was_overwritten_is_not_lost() {
    ledger.acknowledged(SHARD, 2, Changes.set("a", "old"));
    ledger.acknowledged(SHARD, 3, Changes.set("a", "new"));

    assertThat(compare(3, Map.of("a", "new"))).isEmpty();
    assertThat(compare(3, Map.of("a", "old"))).hasSize(1);
  }

  @Test
  void versions_decide_not_the_order_of_answers() {
    ledger.acknowledged(SHARD, 3, Changes.set("a", "new"));
    ledger.acknowledged(SHARD, 2, Changes.set("a", "old"));

    assertThat(compare(3, Map.of("a", "new"))).isEmpty();
    assertThat(Ledger.lostWrites(compare(3, Map.of("a", "old")))).isEqualTo(1);
  }

  @Test
  void a_removal_that_was_undone_is_lost() {
    ledger.acknowledged(SHARD, 2, Changes.set("a", "1"));
    ledger.acknowledged(SHARD, 3, Changes.set("b", "2").andRemove("a"));

    assertThat(compare(3, Map.of("b", "2"))).isEmpty();
    assertThat(Ledger.lostWrites(compare(3, Map.of("a", "1", "b", "2")))).isEqualTo(1);
  }

  @Test
  void a_write_of_unknown_fate_may_be_there_or_not() {
    ledger.acknowledged(SHARD, 2, Changes.set("a", "1"));
    ledger.unknown(SHARD, Changes.set("a", "2"));
    ledger.unknown(SHARD, Changes.set("c", "3"));

    assertThat(compare(2, Map.of("a", "1"))).isEmpty();
    assertThat(compare(4, Map.of("a", "2", "c", "3"))).isEmpty();
    assertThat(compare(4, Map.of("a", "9"))).hasSize(1);
  }

  @Test
  void a_shard_that_is_gone_has_lost_each_write_once() {
    ledger.acknowledged(SHARD, 2, Changes.set("a", "1").andRemove("z"));
    ledger.acknowledged(SHARD, 3, Changes.set("b", "2"));

    assertThat(Ledger.lostWrites(ledger.compare(SHARD, Found.NOTHING))).isEqualTo(2);
  }

  @Test
  void one_version_cannot_be_two_writes() {
    ledger.acknowledged(SHARD, 2, Changes.set("a", "1"));
    ledger.acknowledged(SHARD, 2, Changes.set("b", "2"));

    assertThat(Ledger.lostWrites(compare(2, Map.of("a", "1", "b", "2")))).isEqualTo(1);
  }

  @Test
  void what_nobody_wrote_is_unexplained() {
    ledger.acknowledged(SHARD, 2, Changes.set("a", "1"));

    List<Finding> findings = compare(2, Map.of("a", "1", "x", "foreign"));

    assertThat(findings).containsExactly(new Finding.Unexplained(SHARD, "x"));
    assertThat(Ledger.lostWrites(findings)).isZero();
  }
}
