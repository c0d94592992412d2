package dev.kintsugi.trace;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;

/**
 * Makes mail-like activity from a seed: the same settings give the same trace on every machine.
 *
 * <p>Users differ widely in how much they write; they write in bursts, in the rhythm of days and
 * weeks, and answer one another after heavy-tailed pauses; some mails go to many. {@code
 * docs/trace-generator.md} gives the model and its measured statistics beside those of real mail.
 * Not thread-safe.
 */
public final class TraceGenerator {
  /*
   * Pauses in a burst and before a reply are log-normal, the number of bursts of a day is Poisson
   * with a rate that is log-normal over users. Circadian modulation of a bursty process, rather than
   * a power law of priorities, follows Malmgren et al., A Poissonian explanation for heavy tails in
   * e-mail communication, PNAS 2008.
   *
   * java.util.Random and StrictMath are specified bit by bit; SplittableRandom's Gaussians are not.
   */

  /** Monday, 5 January 2026, midnight UTC. */
  public static final Instant START = Instant.parse("2026-01-05T00:00:00Z");

  private static final double BURSTS_PER_DAY_MEDIAN = 0.47;
  private static final double BURSTS_SPREAD = 1.05;
  private static final double BURSTS_PER_DAY_MAX = 9;
  private static final double BURST_GOES_ON = 0.40;
  private static final double PAUSE_MEDIAN_SECONDS = 360;
  private static final double PAUSE_SPREAD = 1.5;
  private static final double REPLY_PROBABILITY = 0.25;
  private static final double REPLY_MEDIAN_SECONDS = 2_400;
  private static final double REPLY_SPREAD = 1.6;
  private static final int REPLY_DEPTH = 4;
  private static final double TO_ONE = 0.81;
  private static final double TO_SOME = 0.18;
  private static final int MASS_MAX = 60;
  private static final int CIRCLE = 24;

  /** How much is written in each hour of a working day, in any unit. */
  private static final int[] HOURS = {
    4, 2, 1, 1, 1, 2, 6, 18, 52, 88, 100, 96, 66, 74, 96, 98, 90, 72, 42, 26, 20, 18, 14, 8
  };

  private static final int HOURS_SUM = java.util.Arrays.stream(HOURS).sum();

  private record Draft(Instant at, int sender, int recipient, int depth) {}

  private final int users;
  private final int days;
  private final Random random;

  /**
   * A generator.
   *
   * @param users how many there are, 2 to 100,000
   * @param days how long, 1 to 3,660
   */
  public TraceGenerator(long seed, int users, int days) {
    if (users < 2 || users > 100_000) {
      throw new IllegalArgumentException("a trace has 2 to 100000 users, got " + users);
    }
    if (days < 1 || days > 3_660) {
      throw new IllegalArgumentException("a trace has 1 to 3660 days, got " + days);
    }
    this.users = users;
    this.days = days;
    this.random = new Random(seed);
  }

  /** Makes the trace, named after what made it. Each call goes on where the last one ended. */
  public ActivityTrace generate() {
    List<TraceUser> names = new ArrayList<>(users);
    for (int user = 0; user < users; user++) {
      names.add(new TraceUser("user-%05d".formatted(user)));
    }
    int[][] circles = circles();
    PriorityQueue<Draft> drafts = new PriorityQueue<>(Comparator.comparing(Draft::at));
    for (int user = 0; user < users; user++) {
      drafts.addAll(ownMails(user, circles));
    }
    Instant end = START.plus(Duration.ofDays(days));
    List<ActivityEvent> events = new ArrayList<>(drafts.size());
    while (!drafts.isEmpty()) {
      Draft draft = drafts.poll();
      if (!draft.at().isBefore(end)) {
        continue;
      }
      List<TraceUser> recipients = recipients(draft, circles).stream().map(names::get).toList();
      events.add(
          new ActivityEvent(names.get(draft.sender()), ActionKind.SEND, recipients, draft.at()));
      if (draft.depth() < REPLY_DEPTH && chance(REPLY_PROBABILITY)) {
        drafts.add(reply(draft));
      }
    }
    return new ActivityTrace(
        "generated (%d users, %d days)".formatted(users, days),
        events,
        new ActivityTrace.Report(events.size(), 0, 0, 0));
  }

  /** Whom each user writes to, those written to most often first. */
  private int[][] circles() {
    int[][] circles = new int[users][];
    for (int user = 0; user < users; user++) {
      int[] circle = new int[Math.min(CIRCLE, users - 1)];
      for (int i = 0; i < circle.length; i++) {
        circle[i] = otherThan(user);
      }
      circles[user] = circle;
    }
    return circles;
  }

  private List<Draft> ownMails(int user, int[][] circles) {
    double rate = Math.min(BURSTS_PER_DAY_MAX, logNormal(BURSTS_PER_DAY_MEDIAN, BURSTS_SPREAD));
    double earlier = random.nextGaussian() * 3_600;
    List<Draft> mails = new ArrayList<>();
    for (int day = 0; day < days; day++) {
      Instant midnight = START.plus(Duration.ofDays(day));
      int bursts = poisson(rate * weight(midnight));
      for (int burst = 0; burst < bursts; burst++) {
        Instant at = midnight.plusSeconds((long) (secondOfDay() - earlier));
        do {
          if (!at.isBefore(START)) {
            mails.add(new Draft(at, user, favourite(circles[user]), 0));
          }
          at = at.plusSeconds(1 + (long) logNormal(PAUSE_MEDIAN_SECONDS, PAUSE_SPREAD));
        } while (chance(BURST_GOES_ON));
      }
    }
    return mails;
  }

  /** The answer to a mail: after a pause, or in the morning if that ends at night. */
  private Draft reply(Draft mail) {
    Instant at = mail.at().plusSeconds(20 + (long) logNormal(REPLY_MEDIAN_SECONDS, REPLY_SPREAD));
    LocalDateTime time = LocalDateTime.ofInstant(at, ZoneOffset.UTC);
    if (time.getHour() < 7 || time.getHour() >= 22) {
      LocalDateTime morning = time.toLocalDate().atTime(8, 0);
      morning = time.getHour() >= 22 ? morning.plusDays(1) : morning;
      at = morning.plusSeconds(random.nextInt(2 * 3_600)).toInstant(ZoneOffset.UTC);
    }
    return new Draft(
        at, /* sender= */ mail.recipient(), /* recipient= */ mail.sender(), mail.depth() + 1);
  }

  private Set<Integer> recipients(Draft draft, int[][] circles) {
    Set<Integer> recipients = new LinkedHashSet<>();
    recipients.add(draft.recipient());
    double kind = random.nextDouble();
    int wanted = 1;
    if (kind >= TO_ONE + TO_SOME) {
      wanted = 10 + random.nextInt(MASS_MAX - 9);
    } else if (kind >= TO_ONE) {
      wanted = 2 + random.nextInt(4);
    }
    for (int tries = 0; recipients.size() < wanted && tries < 4 * MASS_MAX; tries++) {
      recipients.add(wanted > 5 ? otherThan(draft.sender()) : favourite(circles[draft.sender()]));
    }
    recipients.remove(draft.sender());
    return recipients;
  }

  private static double weight(Instant day) {
    DayOfWeek weekday = day.atZone(ZoneOffset.UTC).getDayOfWeek();
    return switch (weekday) {
      case MONDAY, TUESDAY, WEDNESDAY, THURSDAY -> 1.0;
      case FRIDAY -> 0.85;
      case SATURDAY -> 0.16;
      case SUNDAY -> 0.2;
    };
  }

  private double secondOfDay() {
    int point = random.nextInt(HOURS_SUM);
    int hour = 0;
    while (point >= HOURS[hour]) {
      point -= HOURS[hour++];
    }
    return (hour + random.nextDouble()) * 3_600;
  }

  private int favourite(int[] circle) {
    double squared = random.nextDouble();
    return circle[(int) (squared * squared * circle.length)];
  }

  private int otherThan(int user) {
    int other = random.nextInt(users - 1);
    return other >= user ? other + 1 : other;
  }

  private boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  private double logNormal(double median, double spread) {
    return median * StrictMath.exp(spread * random.nextGaussian());
  }

  /** Knuth's method; O(mean), which is at most 9 here. */
  private int poisson(double mean) {
    double limit = StrictMath.exp(-mean);
    double product = random.nextDouble();
    int count = 0;
    while (product > limit) {
      product *= random.nextDouble();
      count++;
    }
    return count;
  }
}
