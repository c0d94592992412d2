package dev.kintsugi.local.cli;

import dev.kintsugi.local.Suite;
import dev.kintsugi.local.admin.Administration;
import dev.kintsugi.local.admin.Rebalancing;
import dev.kintsugi.local.admin.Rebalancing.Stock;
import dev.kintsugi.local.console.HomeOption;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows what evening out would move, and has it done. */
@Command(
    name = "rebalance",
    description =
        "Evens out who owns what, by what the slots are asked for; shows each node before and"
            + " after.",
    footer = {
      "",
      "Moves that even the table out also start by themselves. Look first: with --dry-run nothing",
      "is done, and --if-version refuses if the map has changed since."
    })
final class RebalanceCommand implements Runnable {

  private static final double MEBIBYTE = 1 << 20;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Mixin private final HomeOption home = new HomeOption();

  @Option(names = "--dry-run", description = "Only show what would move.")
  private boolean dryRun;

  @Option(
      names = "--if-version",
      paramLabel = "VERSION",
      description = "Only if the map still has this version, as a dry run printed it.")
  private @Nullable String version;

  @Option(names = "--moves", description = "List each move as well.")
  private boolean listed;

  @Override
  public void run() {
    Suite suite = home.require();
    try (Administration administration =
        new Administration(
            suite.urls().coordinators(),
            suite.urls().tokenService(),
            suite.urls().identityProvider(),
            suite::adminToken)) {
      print(
          administration.rebalance(dryRun, Optional.ofNullable(version)),
          listed,
          spec.commandLine().getOut());
    }
  }

  static void print(Rebalancing plan, boolean listed, PrintWriter out) {
    var nodes = new Table("NODE", "SLOTS", "COPIES", "REQUESTS/S", "SESSIONS", "MIB", "HOT");
    for (Rebalancing.Node node : plan.nodes()) {
      Stock before = node.before();
      Stock after = node.after();
      nodes.row(
          node.id(),
          change(before.owned(), after.owned()),
          change(before.copies(), after.copies()),
          change(tenths(before.requests()), tenths(after.requests())),
          change(before.sessions(), after.sessions()),
          change(tenths(before.bytes() / MEBIBYTE), tenths(after.bytes() / MEBIBYTE)),
          String.join(" ", node.hot()));
    }
    out.print(nodes);
    if (listed && !plan.moves().isEmpty()) {
      out.println();
      out.print(moves(plan));
    }
    out.println();
    out.println(
        String.format(
            Locale.ROOT,
            "%s %d owners (%d sessions), %s to copy; busiest node by mean, in %s: %.2f → %.2f"
                + " (least possible %.2f)",
            plan.dryRun() ? "would move" : "moving",
            plan.owners(),
            plan.sessions(),
            tenths(plan.bytes() / MEBIBYTE) + " MiB",
            plan.by(),
            plan.before(),
            plan.after(),
            plan.least()));
    if (plan.dryRun()) {
      out.println("nothing was done; to do it: kintsugi rebalance --if-version " + plan.version());
    }
  }

  private static Table moves(Rebalancing plan) {
    var table = new Table("SLOT", "WHAT", "FROM", "TO", "SESSIONS", "MIB");
    for (Rebalancing.Move move : plan.moves()) {
      table.row(
          move.slot(),
          move.what().toLowerCase(Locale.ROOT),
          move.from().isEmpty() ? "-" : move.from(),
          move.to().isEmpty() ? "-" : move.to(),
          Long.toString(move.sessions()),
          tenths(move.bytes() / MEBIBYTE));
    }
    return table;
  }

  private static String change(long before, long after) {
    return change(Long.toString(before), Long.toString(after));
  }

  private static String change(String before, String after) {
    return before.equals(after) ? before : before + " → " + after;
  }

  private static String tenths(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
