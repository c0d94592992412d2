package dev.kintsugi.tokens.domain.forecast;

/** Hours of the week, 0 to 167. The phase is that of the epoch; it only has to stay the same. */
final class WeekHours {

  static final int COUNT = 168;

  private WeekHours() {}

  static int of(double epochSeconds) {
    return (int) Math.floorMod((long) Math.floor(epochSeconds / 3600), (long) COUNT);
  }

  static int before(int hour) {
    return hour == 0 ? COUNT - 1 : hour - 1;
  }

  static int after(int hour) {
    return hour == COUNT - 1 ? 0 : hour + 1;
  }
}
