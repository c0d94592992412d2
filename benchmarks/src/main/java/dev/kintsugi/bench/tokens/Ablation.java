package dev.kintsugi.bench.tokens;

import dev.kintsugi.tokens.domain.forecast.RateModel;
import dev.kintsugi.tokens.domain.forecast.RateModels;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What each model is worth: alone, left out, and each candidate besides. */
final class Ablation {

  private static final double[] ASKED = {3, 2, 1};

  private Ablation() {}

  /** Rows of a table; takes as many replays. */
  static List<String> rows(Activity activity, double life, double idle, double[] costs) {
    long oracle = Oracle.renewals(activity.requests(), life, idle);
    List<String> rows = new ArrayList<>();
    rows.add("| models | × at 3 % | × at 2 % | × at 1 % |");
    rows.add("|---|---|---|---|");
    List<RateModel> all = RateModels.ALL;
    rows.add(row("all", all, activity, life, idle, costs, oracle));
    Activity requestsOnly = new Activity(activity.requests(), Incoming.NONE, activity.shares());
    rows.add(row("all, by requests alone", all, requestsOnly, life, idle, costs, oracle));
    for (RateModel model : all) {
      rows.add(row("only " + model.label(), List.of(model), activity, life, idle, costs, oracle));
    }
    for (RateModel model : Candidates.all()) {
      rows.add(row("only " + model.label(), List.of(model), activity, life, idle, costs, oracle));
    }
    for (RateModel model : all) {
      List<RateModel> others = all.stream().filter(other -> !other.equals(model)).toList();
      rows.add(row("without " + model.label(), others, activity, life, idle, costs, oracle));
    }
    for (RateModel model : Candidates.all()) {
      List<RateModel> more = new ArrayList<>(all);
      more.add(model);
      rows.add(row("with " + model.label(), more, activity, life, idle, costs, oracle));
    }
    return rows;
  }

  private static String row(
      String name,
      List<RateModel> models,
      Activity activity,
      double life,
      double idle,
      double[] costs,
      long oracle) {
    System.err.println("replaying forecasts: " + name);
    Frontier frontier =
        Frontier.of(Forecasting.replay(activity, life, idle, costs, models), oracle);
    StringBuilder row = new StringBuilder("| " + name + " |");
    for (double asked : ASKED) {
      double times = frontier.at(asked);
      row.append(Double.isInfinite(times) ? " – |" : String.format(Locale.ROOT, " %.2f |", times));
    }
    return row.toString();
  }
}
