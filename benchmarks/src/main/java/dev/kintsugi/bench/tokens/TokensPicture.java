package dev.kintsugi.bench.tokens;

import java.util.Formatter;
import java.util.Locale;

/** The frontier as a picture: stalls to the right, renewals (logarithmic) upwards. */
final class TokensPicture {

  private static final int WIDTH = 760;
  private static final int HEIGHT = 440;
  private static final int LEFT = 64;
  private static final int BOTTOM = 52;
  private static final int TOP = 44;
  private static final int RIGHT = 24;

  private final double mostStalls;
  private final double mostTimes;
  private final StringBuilder out = new StringBuilder();
  private final Formatter svg = new Formatter(out, Locale.ROOT);

  private TokensPicture(Result result) {
    this.mostStalls = Math.max(1, result.score(FixedPolicy.REACTIVE).stallPercent()) * 1.1;
    this.mostTimes =
        1.2
            * Math.max(
                result.times(result.score(FixedPolicy.ALWAYS)),
                result.frontier().spots().stream()
                    .mapToDouble(Frontier.Spot::times)
                    .max()
                    .orElse(2));
  }

  static String svg(Result result) {
    return new TokensPicture(result).draw(result);
  }

  private String draw(Result result) {
    svg.format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
            + " font-size=\"13\">\n",
        WIDTH, HEIGHT);
    svg.format("<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n", WIDTH, HEIGHT);
    svg.format(
        "<text x=\"%d\" y=\"24\" font-size=\"15\">%s: tokens of %s, idle limit %s</text>\n",
        LEFT, escaped(result.requests().name()), time(result.life()), time(result.idle()));
    axes();
    result
        .fixed()
        .forEach((policy, score) ->
            spot(policy.label(), score.stallPercent(), result.times(score), "#666"));
    spot("oracle", 0, 1, "#666");
    curve(result.frontier());
    return out.append("</svg>\n").toString();
  }

  private void axes() {
    for (double times = 1; times <= mostTimes; times *= 2) {
      double y = y(times);
      svg.format(
          "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>\n",
          LEFT, WIDTH - RIGHT, y, y);
      svg.format(
          "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\" fill=\"#444\">%.0f ×</text>\n",
          LEFT - 8, y + 4, times);
    }
    double step = mostStalls > 12 ? 5 : mostStalls > 5 ? 2 : 0.5;
    for (double stalls = 0; stalls <= mostStalls; stalls += step) {
      svg.format(
          "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\" fill=\"#444\">%s %%</text>\n",
          x(stalls),
          HEIGHT - BOTTOM + 20,
          String.format(Locale.ROOT, step < 1 ? "%.1f" : "%.0f", stalls));
    }
    svg.format(
        "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\" fill=\"#444\">requests that had to wait</text>\n",
        (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12);
    svg.format(
        "<text x=\"16\" y=\"%d\" transform=\"rotate(-90 16 %d)\" text-anchor=\"middle\""
            + " fill=\"#444\">renewals, times the least possible</text>\n",
        HEIGHT / 2, HEIGHT / 2);
  }

  private void curve(Frontier frontier) {
    StringBuilder points = new StringBuilder();
    frontier
        .spots()
        .forEach(spot ->
            points.append(
                String.format(Locale.ROOT, "%.1f,%.1f ", x(spot.stallPercent()), y(spot.times()))));
    svg.format(
        "<polyline points=\"%s\" fill=\"none\" stroke=\"#c9971c\" stroke-width=\"3\"/>\n",
        points.toString().strip());
    Frontier.Spot middle = frontier.spots().get(frontier.spots().size() / 2);
    svg.format(
        "<text x=\"%.1f\" y=\"%.1f\" fill=\"#8a6510\" font-weight=\"bold\">forecast</text>\n",
        x(middle.stallPercent()) + 8, y(middle.times()) - 8);
  }

  private void spot(String label, double stalls, double times, String colour) {
    double x = x(stalls);
    boolean atEnd = x > WIDTH - 160;
    svg.format("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"%s\"/>\n", x, y(times), colour);
    svg.format(
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"%s\">%s</text>\n",
        x + (atEnd ? -8 : 8), y(times) - 6, atEnd ? "end" : "start", colour, escaped(label));
  }

  private double x(double stalls) {
    return LEFT + stalls / mostStalls * (WIDTH - LEFT - RIGHT);
  }

  private double y(double times) {
    double part = Math.log(Math.max(1, times)) / Math.log(mostTimes);
    return HEIGHT - BOTTOM - part * (HEIGHT - BOTTOM - TOP);
  }

  private static String time(double seconds) {
    return seconds % 3600 == 0
        ? String.format(Locale.ROOT, "%.0f h", seconds / 3600)
        : seconds % 60 == 0
            ? String.format(Locale.ROOT, "%.0f min", seconds / 60)
            : String.format(Locale.ROOT, "%.0f s", seconds);
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
