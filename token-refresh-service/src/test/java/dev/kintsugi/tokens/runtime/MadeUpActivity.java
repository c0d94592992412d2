package dev.kintsugi.tokens.runtime;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.tokens.domain.AccessToken;
import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.domain.GrantId;
import dev.kintsugi.tokens.domain.GrantKey;
import dev.kintsugi.tokens.domain.RefreshPolicy.ActivityFacts;
import dev.kintsugi.tokens.domain.RefreshPolicy.Decision;
import dev.kintsugi.tokens.domain.RefreshPolicy.GrantFacts;
import dev.kintsugi.tokens.domain.RefreshPolicy.Plan;
import dev.kintsugi.tokens.domain.Secret;
import dev.kintsugi.tokens.domain.forecast.UserKey;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Ten weeks of an office that never was: some people read mail on weekdays, and the policy itself
 * decides about the tokens of one of them on the last day. The same at every run.
 */
public final class MadeUpActivity {

  public static final ApplicationId WEBMAIL = new ApplicationId("webmail");
  public static final UserKey MIRA = new UserKey(WEBMAIL, new UserId("mira.okafor"));

  /** Tries to be markup; as active as anybody. */
  public static final UserKey MARKUP =
      new UserKey(WEBMAIL, new UserId("<img src=x onerror=\"document.title='owned'\">"));

  /** A Wednesday. */
  public static final Instant NOW = Instant.parse("2026-11-25T14:37:20Z");

  /** In which users are that are not here. */
  public static final int ELSEWHERE = 5;

  public static final double COST = 0.05;

  private static final int COLLEAGUES = 14;
  private static final LocalDate FIRST = LocalDate.parse("2026-09-14");
  private static final Duration LIFE = Duration.ofMinutes(15);
  private static final Duration IDLE = Duration.ofMinutes(30);

  private record Request(UserKey user, long atMillis) {}

  public final ActivityModels models =
      new ActivityModels(MadeUpActivity::shareOf, Duration.ofHours(8), 1_000);
  public final Decisions decisions = new Decisions();

  private final ForecastPolicy policy =
      new ForecastPolicy(models, Duration.ofMinutes(5), Duration.ofSeconds(1), () -> COST, () -> 1);
  private @Nullable Grant grant;
  private @Nullable Instant due;
  private Instant lastUsed = Instant.EPOCH;

  /** Everything happens at once. */
  public MadeUpActivity() {
    models.assign(0);
    models.ready(0);
    long offset = 0;
    for (Request request : requests()) {
      decideUntil(Instant.ofEpochMilli(request.atMillis()));
      var _ = models.take(0, request.user(), request.atMillis(), offset++, request.atMillis());
      if (request.user().equals(MIRA)) {
        used(Instant.ofEpochMilli(request.atMillis()));
      }
    }
    decideUntil(NOW);
  }

  private static int shareOf(UserKey user) {
    return user.user().value().startsWith("elsewhere") ? ELSEWHERE : 0;
  }

  private static List<Request> requests() {
    Random random = new Random(11);
    List<UserKey> users = new ArrayList<>(List.of(MIRA, MARKUP));
    for (int i = 0; i < COLLEAGUES; i++) {
      users.add(new UserKey(WEBMAIL, new UserId("colleague-" + i)));
    }
    List<Request> all = new ArrayList<>();
    for (UserKey user : users) {
      for (LocalDate day = FIRST; day.isBefore(LocalDate.parse("2026-11-26")); ) {
        addDay(all, user, day, random);
        day = day.plusDays(1);
      }
    }
    all.removeIf(request -> request.atMillis() > NOW.minusSeconds(200).toEpochMilli());
    all.sort(Comparator.comparingLong(Request::atMillis));
    return all;
  }

  private static void addDay(List<Request> all, UserKey user, LocalDate day, Random random) {
    boolean free =
        day.getDayOfWeek() == DayOfWeek.SATURDAY || day.getDayOfWeek() == DayOfWeek.SUNDAY;
    if (!free) {
      addSpan(all, user, day, 8 * 60 + random.nextInt(40), 12 * 60, random);
      addSpan(all, user, day, 12 * 60 + 40 + random.nextInt(30), 17 * 60, random);
    }
    if (random.nextInt(10) < (free ? 2 : 4)) {
      int evening = 20 * 60 + random.nextInt(60);
      addSpan(all, user, day, evening, evening + 15 + random.nextInt(30), random);
    }
  }

  private static void addSpan(
      List<Request> all, UserKey user, LocalDate day, int from, int until, Random random) {
    long midnight = day.atStartOfDay().toInstant(ZoneOffset.UTC).toEpochMilli();
    for (double minute = from; minute < until; minute += gap(random)) {
      all.add(new Request(user, midnight + (long) (minute * 60_000)));
    }
  }

  /** Bursts of mail, pauses, and now and then a meeting; minutes. */
  private static double gap(Random random) {
    int kind = random.nextInt(100);
    if (kind < 72) {
      return 0.2 + 3 * random.nextDouble();
    }
    return kind < 92 ? 5 + 15 * random.nextDouble() : 30 + 50 * random.nextDouble();
  }

  private void used(Instant now) {
    if (now.isBefore(NOW.minus(Duration.ofHours(7)))) {
      return;
    }
    lastUsed = now;
    Grant known = grant;
    if (known == null || !tokenEnds(known).isAfter(now)) {
      renewed(now);
    } else if (due == null) {
      due = now;
    }
  }

  private static Instant tokenEnds(Grant grant) {
    return grant.access().orElseThrow().expiresAt();
  }

  private void renewed(Instant now) {
    Grant renewed =
        new Grant(
            new GrantKey(WEBMAIL, new GrantId("7f3a-laptop")),
            MIRA.user(),
            "idp",
            Optional.of(new Secret("refresh-of-mira")),
            Optional.of(new AccessToken(new Secret("access-of-mira"), now, now.plus(LIFE))),
            "openid",
            1,
            IDLE,
            Optional.empty(),
            "");
    grant = renewed;
    due =
        policy.plan(GrantFacts.of(renewed), new ActivityFacts(lastUsed, IDLE), now)
                instanceof Plan.Between(Instant _, Instant latest)
            ? latest
            : null;
  }

  private void decideUntil(Instant until) {
    Instant at = due;
    while (at != null && !at.isAfter(until)) {
      decide(at);
      at = due;
    }
  }

  private void decide(Instant now) {
    Grant known = grant;
    if (known == null) {
      return;
    }
    Decision decision = policy.decide(GrantFacts.of(known), new ActivityFacts(lastUsed, IDLE), now);
    decisions.add(known, decision, COST, now);
    switch (decision) {
      case Decision.Renew _ -> renewed(now);
      case Decision.Later(Instant at, var _) -> due = at;
      case Decision.Never _ -> due = null;
    }
  }
}
