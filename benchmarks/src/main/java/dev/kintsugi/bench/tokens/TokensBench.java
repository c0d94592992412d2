package dev.kintsugi.bench.tokens;

import dev.kintsugi.trace.ActivityTrace;
import dev.kintsugi.trace.TraceException;
import dev.kintsugi.trace.TraceGenerator;
import dev.kintsugi.trace.TraceReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Replays a trace's requests against renewal policies: how many requests wait, and what it costs.
 *
 * <p>Exit status: 0 if nothing was renewed for a dead session, and forecasting is as fast and small
 * as it has to be; 1 if not, or something failed; 2 if the trace cannot be used.
 */
public final class TokensBench {

  private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);
  private static final double LEAST_PER_SECOND = 50_000;
  private static final double MOST_P99_MICROS = 20;
  private static final double MOST_BYTES = 1024;
  private static final int GENERATED_USERS = 450;
  private static final int GENERATED_DAYS = 120;
  private static final double SHOWN_COST = 0.05;

  /** Of a renewal, in stalls: from hardly ever waiting to hardly ever renewing. */
  private static final double LEAST_COST = 0.001;

  private static final double MOST_COST = 0.6;
  private static final int POINTS = 28;

  private TokensBench() {}

  /**
   * Runs.
   *
   * @param arguments {@code tokens}; {@code full} or {@code quick}; how many runs; life and idle
   *     limit in seconds; trace, SVG and JSON files, or {@code -}; {@code models} for a table of
   *     what each model is worth, or {@code -}; {@code on} if forecasts are told of what comes for
   *     users, {@code off} if not; into how many shares users are divided
   */
  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  static int run(String[] arguments) {
    try {
      return measured(arguments) ? 0 : 1;
    } catch (TraceException | UnfitException e) {
      System.err.println("kintsugi: " + e.getMessage());
      return 2;
    } catch (IOException e) {
      System.err.println("kintsugi: a file could not be written: " + e.getMessage());
      return 1;
    }
  }

  /** What was asked for cannot be measured; the message says why. */
  private static final class UnfitException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UnfitException(String why) {
      super(why);
    }
  }

  /** Before minutes are spent on what could not be kept. */
  private static void checkDirectory(String file) {
    Path parent = Path.of(file).toAbsolutePath().getParent();
    if (!file.equals("-") && (parent == null || !Files.isDirectory(parent))) {
      throw new UnfitException("there is no directory for the file " + file);
    }
  }

  private static boolean measured(String[] arguments) throws IOException {
    boolean quick = arguments[1].equals("quick");
    int runs = Integer.parseInt(arguments[2]);
    double life = Double.parseDouble(arguments[3]);
    double idle = Double.parseDouble(arguments[4]);
    checkDirectory(arguments[6]);
    checkDirectory(arguments[7]);
    ActivityTrace trace = trace(arguments[5], quick);
    Requests requests = Requests.of(trace);
    if (requests.last() - requests.seconds()[0] < 4 * Math.max(life, idle)) {
      throw new UnfitException(
          "the trace is too short: it must last four times a token's life and the idle limit");
    }
    if (Oracle.renewals(requests, life, idle) == 0) {
      throw new UnfitException(
          "nothing to measure: no session of the trace's second half outlives a token;"
              + " try a shorter --ttl or a longer --idle");
    }
    Activity activity =
        new Activity(
            requests,
            arguments[9].equals("on") ? Incoming.of(trace) : Incoming.NONE,
            Integer.parseInt(arguments[10]));
    Result result = measure(activity, life, idle, runs);
    TokensReport.table(result).forEach(OUT::println);
    write(arguments[6], TokensPicture.svg(result));
    write(arguments[7], TokensReport.json(result));
    if (arguments[8].equals("models")) {
      OUT.println();
      Ablation.rows(activity, life, idle, costs()).forEach(OUT::println);
    }
    OUT.println();
    OUT.println(TokensReport.closingLine(result));
    return isGood(result);
  }

  private static ActivityTrace trace(String file, boolean quick) {
    if (file.equals("-")) {
      System.err.println("no --data: making mail-like activity");
      return new TraceGenerator(1, GENERATED_USERS, quick ? 28 : GENERATED_DAYS).generate();
    }
    System.err.println("reading " + file);
    return TraceReader.create().read(Path.of(file));
  }

  static Result measure(Activity activity, double life, double idle, int runs) {
    Requests requests = activity.requests();
    Map<FixedPolicy, Ledger.Score> fixed = new EnumMap<>(FixedPolicy.class);
    for (FixedPolicy policy : FixedPolicy.values()) {
      System.err.println("replaying " + policy.label());
      fixed.put(policy, policy.replay(requests, life, idle));
    }
    long oracle = Oracle.renewals(requests, life, idle);
    System.err.println("replaying forecasts at " + POINTS + " operating points");
    List<Forecasting.Point> points = Forecasting.replay(activity, life, idle, costs());
    List<Forecasting.Speed> speeds = new ArrayList<>();
    for (int run = 0; run < runs; run++) {
      System.err.println("measuring the speed, " + (run + 1) + " of " + runs);
      speeds.add(Forecasting.speed(activity, life, idle, SHOWN_COST));
    }
    return new Result(
        activity, life, idle, fixed, oracle, points, speeds, Footprint.bytesPerUser());
  }

  private static double[] costs() {
    double[] costs = new double[POINTS];
    for (int i = 0; i < POINTS; i++) {
      costs[i] = LEAST_COST * Math.pow(MOST_COST / LEAST_COST, (double) i / (POINTS - 1));
    }
    return costs;
  }

  private static boolean isGood(Result result) {
    boolean good = true;
    if (result.afterIdle() != 0) {
      System.err.println("renewed for dead sessions: " + result.afterIdle());
      good = false;
    }
    Forecasting.Speed speed = result.speed();
    if (speed.perSecond() < LEAST_PER_SECOND || speed.p99Micros() > MOST_P99_MICROS) {
      System.err.printf(
          Locale.ROOT,
          "target missed: %.0f events a second, p99 %.1f µs; wanted at least %.0f, at most %.0f µs%n",
          speed.perSecond(),
          speed.p99Micros(),
          LEAST_PER_SECOND,
          MOST_P99_MICROS);
      good = false;
    }
    if (result.bytesPerUser() > MOST_BYTES) {
      System.err.println("target missed: " + result.bytesPerUser() + " bytes for each user");
      good = false;
    }
    return good;
  }

  private static void write(String file, String text) throws IOException {
    if (!file.equals("-")) {
      Files.writeString(Path.of(file), text);
      System.err.println("wrote " + file);
    }
  }
}
