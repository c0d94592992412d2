package dev.kintsugi.bench.tokens;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.tokens.domain.Backoff;
import dev.kintsugi.tokens.domain.CostControl.Aim;
import dev.kintsugi.tokens.domain.DueTask;
import dev.kintsugi.tokens.domain.FailureReason;
import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.domain.GrantId;
import dev.kintsugi.tokens.domain.GrantKey;
import dev.kintsugi.tokens.domain.ProviderAnswer;
import dev.kintsugi.tokens.domain.RefreshPolicy;
import dev.kintsugi.tokens.domain.RefreshPolicy.ActivityFacts;
import dev.kintsugi.tokens.domain.RefreshPolicy.Decision;
import dev.kintsugi.tokens.domain.RefreshPolicy.GrantFacts;
import dev.kintsugi.tokens.domain.Secret;
import dev.kintsugi.tokens.domain.Submission;
import dev.kintsugi.tokens.domain.TokenCheck;
import dev.kintsugi.tokens.runtime.ActivityModels;
import dev.kintsugi.tokens.runtime.Costs;
import dev.kintsugi.tokens.runtime.ForecastPolicy;
import dev.kintsugi.tokens.runtime.GrantStore.Found;
import dev.kintsugi.tokens.runtime.Provider;
import dev.kintsugi.tokens.runtime.Providers;
import dev.kintsugi.tokens.runtime.RefreshSettings;
import dev.kintsugi.tokens.runtime.RevocationFeed;
import dev.kintsugi.tokens.runtime.Shares;
import dev.kintsugi.tokens.runtime.Surroundings;
import dev.kintsugi.tokens.runtime.TokenEvents;
import dev.kintsugi.tokens.runtime.TokenRuntime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * Two instances of the token service's runtime on one store and one schedule in memory, and on a
 * time that is told: grants are handed in to either, and what is due is decided as it would be.
 * Nobody is known by their activity, so everybody's token is renewed: the most that can come at
 * once. Not thread-safe.
 */
final class SpreadWorld {

  private static final ApplicationId APPLICATION = new ApplicationId("mail");
  private static final String PROVIDER = "idp";
  private static final long START_MILLIS = 1_767_571_200_000L;
  private static final long MINTING_MILLIS = 10_000;
  private static final Duration THRESHOLD = Duration.ofMinutes(5);
  private static final Duration MARGIN = Duration.ofSeconds(1);
  private static final Duration TEN_SECONDS = Duration.ofSeconds(10);
  private static final double COST = 0.15;
  private static final RefreshSettings SETTINGS =
      new RefreshSettings(
          Duration.ofDays(30),
          Duration.ofSeconds(9),
          Duration.ofSeconds(8),
          MARGIN,
          TEN_SECONDS,
          new Backoff(Duration.ofMillis(100), Duration.ofSeconds(2)),
          new Backoff(Duration.ofMillis(500), Duration.ofSeconds(30)));

  /**
   * What a crowd of tokens came to.
   *
   * @param life of the tokens in seconds
   * @param perSecond renewals in each second from the first to the last one
   * @param uniform renewals in a second if they were spread evenly over the time in which a token
   *     may be renewed: the threshold, or a third of its life
   */
  record Outcome(int life, List<Integer> perSecond, double uniform) {

    Outcome {
      perSecond = List.copyOf(perSecond);
    }

    int peak() {
      return perSecond.stream().mapToInt(it -> it).max().orElse(0);
    }

    double times() {
      return peak() / uniform;
    }

    long renewals() {
      return perSecond.stream().mapToLong(it -> it).sum();
    }
  }

  private record Due(Instant at, GrantKey key) {}

  private final Random random;
  private final MemoryGrants grants = new MemoryGrants();
  private final ActivityModels models =
      new ActivityModels(_ -> Shares.NONE, Duration.ofHours(8), 100_000);
  private final RefreshPolicy policy =
      new ForecastPolicy(models, THRESHOLD, MARGIN, () -> COST, () -> 1);
  private final List<TokenRuntime> instances;
  private Instant now = Instant.ofEpochMilli(START_MILLIS);

  private SpreadWorld(int count, long seed) {
    random = new Random(seed);
    List<TokenRuntime> made = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      made.add(instance());
    }
    instances = List.copyOf(made);
  }

  private TokenRuntime instance() {
    return new TokenRuntime(
        grants,
        grants,
        Providers.of(List.of(new Idle()), Optional.of(PROVIDER)),
        Shares.UNDIVIDED,
        policy,
        new Costs(new Aim.Ratio(COST), this::nanos),
        Deaf.EVENTS,
        SETTINGS,
        new Surroundings(() -> now, this::nanos, _ -> {}, random),
        Duration.ofMillis(250),
        32,
        RevocationFeed.NONE,
        Duration.ofSeconds(5));
  }

  private long nanos() {
    return (now.toEpochMilli() - START_MILLIS) * 1_000_000;
  }

  /**
   * Tokens are issued within ten seconds, and renewed.
   *
   * @param life of each in seconds
   * @throws IllegalStateException if one is not renewed before it ends
   */
  static Outcome run(int instances, int tokens, int life, long seed) {
    SpreadWorld world = new SpreadWorld(instances, seed);
    world.mint(tokens, life);
    return world.renewed(tokens, life);
  }

  private void mint(int tokens, int life) {
    for (int i = 0; i < tokens; i++) {
      now = Instant.ofEpochMilli(START_MILLIS + i * MINTING_MILLIS / tokens);
      String name = Integer.toString(i);
      var _ =
          instances
              .get(random.nextInt(instances.size()))
              .grants()
              .put(
                  new GrantKey(APPLICATION, new GrantId(name)),
                  new Submission(
                      new UserId(name),
                      PROVIDER,
                      Optional.of(new Secret("r")),
                      Optional.of(new Secret("a")),
                      Optional.of(Duration.ofSeconds(life)),
                      "",
                      Duration.ZERO))
              .orElseThrow();
    }
  }

  private Outcome renewed(int tokens, int life) {
    double window = Math.min(THRESHOLD.toMillis(), life * 1_000L / 3) / 1e3;
    int[] perSecond = new int[life + 20];
    PriorityQueue<Due> due =
        new PriorityQueue<>(Comparator.comparing(Due::at).thenComparing(it -> it.key().toString()));
    grants.planned((task, at) -> due.add(new Due(at, ((DueTask.Refresh) task).key())));
    while (!due.isEmpty()) {
      Due next = due.remove();
      now = next.at();
      if (!(grants.load(next.key()) instanceof Found.Present(Grant grant, long _, Instant used))) {
        throw new IllegalStateException("a grant is gone");
      }
      if (!grant.access().orElseThrow().isGood(now, Duration.ZERO)) {
        throw new IllegalStateException("a token was not renewed before it ended");
      }
      ActivityFacts activity = new ActivityFacts(used, grant.idleTimeout());
      switch (policy.decide(GrantFacts.of(grant), activity, now)) {
        case Decision.Renew _ -> perSecond[(int) ((now.toEpochMilli() - START_MILLIS) / 1_000)]++;
        case Decision.Later(Instant at, var _) -> due.add(new Due(at, next.key()));
        case Decision.Never(var why, var _) ->
            throw new IllegalStateException("a token is not renewed: " + why);
      }
    }
    return new Outcome(life, trimmed(perSecond), tokens / window);
  }

  private static List<Integer> trimmed(int[] perSecond) {
    int from = 0;
    int to = perSecond.length;
    while (from < to && perSecond[from] == 0) {
      from++;
    }
    while (to > from && perSecond[to - 1] == 0) {
      to--;
    }
    return Arrays.stream(perSecond, from, to).boxed().toList();
  }

  /** A provider that nobody asks: when is measured, not what comes of it. */
  private static final class Idle implements Provider {
    @Override
    public String name() {
      return PROVIDER;
    }

    @Override
    public Duration timeout() {
      return Duration.ofSeconds(4);
    }

    @Override
    public Duration assumedLifetime() {
      return THRESHOLD;
    }

    @Override
    public ProviderAnswer redeem(Secret refreshToken) {
      throw new UnsupportedOperationException();
    }

    @Override
    public TokenCheck check(Secret accessToken) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Revocation revoke(Grant grant) {
      return Revocation.NOTHING;
    }
  }

  /** Hears nothing. */
  private enum Deaf implements TokenEvents {
    EVENTS;

    @Override
    public void refreshed(String provider, Trigger trigger, Duration took) {}

    @Override
    public void failed(String provider, FailureReason reason) {}

    @Override
    public void heldBack(String provider, FailureReason reason) {}

    @Override
    public void stalled(Duration waited) {}

    @Override
    public void servedFromMemory() {}

    @Override
    public void revoked(String provider, Provider.Revocation outcome) {}

    @Override
    public void unreadable() {}
  }
}
