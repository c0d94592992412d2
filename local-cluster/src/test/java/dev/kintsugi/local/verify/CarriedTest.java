package dev.kintsugi.local.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.local.verify.check.Answer;
import dev.kintsugi.local.verify.check.Content;
import dev.kintsugi.local.verify.check.Fate;
import dev.kintsugi.local.verify.check.Found;
import dev.kintsugi.local.verify.check.History;
import dev.kintsugi.local.verify.check.Kind;
import dev.kintsugi.local.verify.check.ReadBack;
import dev.kintsugi.local.verify.check.Request;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CarriedTest {

  private static final Found OLD = new Found(1, Content.EMPTY);
  private static final Found NEW = new Found(2, Content.EMPTY.with(1));

  private final History history = new History();

  private int write(int value) {
    return history.sent(new Request(Kind.WRITE, 0, 4, value, -1, 0, 0));
  }

  @Test
  void what_is_gone_was_told_by_its_run_and_is_not_expected_any_more() {
    Carried carried = new Carried(Map.of(4, OLD, 5, OLD), Map.of(), 1);
    Carried next = carried.after(history, new ReadBack(Map.of(4, NEW), Map.of(5, "404")), 2);

    assertThat(next.shards()).containsOnly(Map.entry(4, NEW));
    assertThat(next.nextValue()).isEqualTo(2);
  }

  @Test
  void a_write_whose_fate_is_unknown_may_appear_until_it_is_done() {
    int unknown = write(1);
    int refused = write(2);
    history.answered(unknown, Answer.none(10));
    history.answered(refused, Answer.refusal(10, 503, Fate.REFUSED));
    Carried carried = new Carried(Map.of(4, OLD), Map.of(4, Set.of(77)), 1);
    Carried next = carried.after(history, new ReadBack(Map.of(4, NEW), Map.of()), 3);

    assertThat(next.mayAppear()).containsOnly(Map.entry(4, Set.of(1, 77)));
  }
}
