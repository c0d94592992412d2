package dev.kintsugi.bench.tokens;

import dev.kintsugi.tokens.domain.forecast.Forecaster;
import dev.kintsugi.tokens.domain.forecast.UserActivity;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.time.Duration;
import java.util.Arrays;

/** What is kept of one user, as the heap sees it. */
final class Footprint {

  private static final int USERS = 50_000;

  private Footprint() {}

  static long bytesPerUser() {
    Forecaster forecaster = Forecaster.of(Duration.ofMinutes(30));
    UserActivity[] users = new UserActivity[USERS];
    long before = used();
    Arrays.setAll(users, _ -> forecaster.newUser());
    long after = used();
    if (users[USERS - 1].lastMillis() != 0) {
      throw new IllegalStateException("a user who was never there");
    }
    return Math.round((double) (after - before) / USERS);
  }

  private static long used() {
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    long least = Long.MAX_VALUE;
    for (int still = 0; still < 3; still++) {
      memory.gc();
      long now = memory.getHeapMemoryUsage().getUsed();
      if (now < least) {
        least = now;
        still = 0;
      }
    }
    return least;
  }
}
