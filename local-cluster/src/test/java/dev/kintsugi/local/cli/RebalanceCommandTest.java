package dev.kintsugi.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.local.admin.Rebalancing;
import dev.kintsugi.local.admin.Rebalancing.Stock;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RebalanceCommandTest {

  private static Rebalancing plan(boolean dryRun) {
    return new Rebalancing(
        dryRun,
        "3.1@77",
        "requests",
        1.34,
        1.01,
        1,
        2,
        340,
        0,
        List.of(
            new Rebalancing.Node(
                "node-1",
                new Stock(22, 43, 500.04, 900, 3 << 20),
                new Stock(20, 43, 402, 560, 3 << 20),
                List.of("settings/7"))),
        List.of(new Rebalancing.Move("settings/9", "OWNER", "node-1", "node-2", 170, 1 << 20)));
  }

  private static String printed(Rebalancing plan, boolean listed) {
    var text = new StringWriter();
    RebalanceCommand.print(plan, listed, new PrintWriter(text));
    return text.toString();
  }

  @Test
  void a_dry_run_shows_each_node_before_and_after_and_how_to_do_it() {
    assertThat(printed(plan(true), true).lines())
        .containsExactly(
            "NODE    SLOTS    COPIES  REQUESTS/S     SESSIONS   MIB  HOT",
            "node-1  22 → 20  43      500.0 → 402.0  900 → 560  3.0  settings/7",
            "",
            "SLOT        WHAT   FROM    TO      SESSIONS  MIB",
            "settings/9  owner  node-1  node-2  170       1.0",
            "",
            "would move 2 owners (340 sessions), 0.0 MiB to copy; busiest node by mean, in"
                + " requests: 1.34 → 1.01 (least possible 1.00)",
            "nothing was done; to do it: kintsugi rebalance --if-version 3.1@77");
  }

  @Test
  void what_is_being_done_says_so() {
    assertThat(printed(plan(false), false))
        .contains("moving 2 owners")
        .doesNotContain("nothing was done")
        .doesNotContain("settings/9");
  }
}
