package dev.kintsugi.node.domain;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.ShardVersion;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a write makes of a shard. Pure; thread-safe.
 *
 * <p>Order of the checks: idempotency key first, then life and state, then precondition, then size.
 */
public final class WriteRules {

  /** How long a request id is kept at least. */
  public static final Duration KEY_WINDOW = Duration.ofMinutes(10);

  /**
   * How many request ids a shard keeps at most; more writes than that in the window are refused.
   */
  public static final int MAX_KEYS = 4_000;

  /** What is to be done with a write. */
  public sealed interface Decision {
    /** Append this. */
    record Append(Shard shard) implements Decision {}

    /** It has had its effect, as this version. */
    record Repeat(ShardVersion version) implements Decision {}

    record Refuse(Refusal why) implements Decision {}
  }

  private final AreaPolicy policy;
  private final MergePatch merge;

  public WriteRules(AreaPolicy policy, MergePatch merge) {
    this.policy = policy;
    this.merge = merge;
  }

  AreaPolicy policy() {
    return policy;
  }

  /**
   * Decides about a write.
   *
   * @param base the shard that the write would follow
   * @param now the owner's wall clock
   */
  public Decision decide(Optional<Shard> base, Request.Write write, Instant now) {
    return decide(base, write, WallClock.Span.at(now));
  }

  /**
   * Decides about a write where the time is not known for certain: stamps with the latest, forgets
   * by the earliest.
   */
  Decision decide(Optional<Shard> base, Request.Write write, WallClock.Span now) {
    boolean forbidden =
        base.filter(shard -> !write.admission().admits(shard.application(), shard.user()))
            .isPresent();
    if (forbidden) {
      return new Decision.Refuse(Refusal.FORBIDDEN);
    }
    Optional<AppliedRequest> before = base.flatMap(shard -> find(shard, write.id()));
    if (before.isPresent()) {
      return before.get().key().equals(write.id())
          ? new Decision.Repeat(before.get().version())
          : new Decision.Refuse(Refusal.KEY_REUSED);
    }
    Optional<Refusal> refusal = refusal(base, write);
    if (refusal.isPresent()) {
      return new Decision.Refuse(refusal.get());
    }
    return append(base, write, now);
  }

  private static Optional<AppliedRequest> find(Shard shard, RequestKey key) {
    return shard.requests().stream().filter(request -> request.key().sameKey(key)).findFirst();
  }

  private Optional<Refusal> refusal(Optional<Shard> base, Request.Write write) {
    boolean ended = base.isPresent() && base.get().ended();
    Optional<Refusal> byState =
        switch (write.change()) {
          case Change.Put put -> mustLive(base, ended);
          case Change.Merge merging -> mustLive(base, ended);
          case Change.Create create -> mayCreate(base, ended, create);
          case Change.End end -> mayEnd(base, ended);
          case Change.Advance advance -> mayAdvance(base, advance);
          case Change.Touch _ -> mayTouch(base, ended);
        };
    if (byState.isPresent()) {
      return byState;
    }
    ShardVersion version = base.map(Shard::version).orElse(ShardVersion.NONE);
    return write.ifMatch().isPresent() && !write.ifMatch().get().equals(version)
        ? Optional.of(Refusal.VERSION_MISMATCH)
        : Optional.empty();
  }

  private static Optional<Refusal> mustLive(Optional<Shard> base, boolean ended) {
    if (base.isEmpty()) {
      return Optional.of(Refusal.NO_SHARD);
    }
    boolean over =
        ended
            || base.get()
                .facts()
                .filter(facts -> facts.state() != SessionFacts.State.LIVE)
                .isPresent();
    return over ? Optional.of(Refusal.ENDED) : Optional.empty();
  }

  private Optional<Refusal> mayCreate(Optional<Shard> base, boolean ended, Change.Create create) {
    if (ended) {
      return Optional.of(Refusal.ENDED);
    }
    if (base.isPresent()) {
      return Optional.of(Refusal.ALREADY_THERE);
    }
    boolean factsFit = create.facts().isPresent() == policy.area().equals(Area.SESSION);
    return factsFit ? Optional.empty() : Optional.of(Refusal.CONFLICT);
  }

  /** The area session ends by its state; without facts there is nothing that could end. */
  private Optional<Refusal> mayEnd(Optional<Shard> base, boolean ended) {
    if (ended) {
      return Optional.of(Refusal.ENDED);
    }
    return base.isEmpty() && policy.area().equals(Area.SESSION)
        ? Optional.of(Refusal.NO_SHARD)
        : Optional.empty();
  }

  private static Optional<Refusal> mayTouch(Optional<Shard> base, boolean ended) {
    Optional<Refusal> dead = mustLive(base, ended);
    return dead.isPresent() || base.flatMap(Shard::facts).isPresent()
        ? dead
        : Optional.of(Refusal.CONFLICT);
  }

  private static Optional<Refusal> mayAdvance(Optional<Shard> base, Change.Advance advance) {
    if (base.isEmpty()) {
      return Optional.of(Refusal.NO_SHARD);
    }
    Optional<SessionFacts> facts = base.get().facts();
    if (facts.isEmpty()) {
      return Optional.of(Refusal.CONFLICT);
    }
    SessionFacts.State from = facts.get().state();
    if (from == advance.state()) {
      return Optional.of(Refusal.ALREADY_THERE);
    }
    return from.compareTo(advance.state()) < 0 ? Optional.empty() : Optional.of(Refusal.CONFLICT);
  }

  private Decision append(Optional<Shard> base, Request.Write write, WallClock.Span span) {
    Instant now = span.latest();
    ShardVersion version = base.map(Shard::version).orElse(ShardVersion.NONE).next();
    Shard changed = changed(base, write.change(), span);
    boolean keepsContent = isEnd(write.change()) || write.change() instanceof Change.Touch;
    if (!keepsContent && changed.content().bytes() > policy.maxBytes()) {
      return new Decision.Refuse(Refusal.TOO_LARGE);
    }
    List<AppliedRequest> requests = new ArrayList<>();
    for (AppliedRequest request : changed.requests()) {
      if (request.at().plus(KEY_WINDOW).isAfter(span.earliest())) {
        requests.add(request);
      }
    }
    if (!(write.change() instanceof Change.Touch)) {
      if (requests.size() >= MAX_KEYS && !isEnd(write.change())) {
        return new Decision.Refuse(Refusal.TOO_MANY_REQUESTS);
      }
      requests.add(new AppliedRequest(write.id(), version, now));
    }
    Shard next = with(changed, version, requests);
    if (RecordSize.atMost(next) > RecordSize.LARGEST && !isEnd(write.change())) {
      boolean byContent = RecordSize.atMost(with(next, version, List.of())) > RecordSize.LARGEST;
      return new Decision.Refuse(byContent ? Refusal.TOO_LARGE : Refusal.TOO_MANY_REQUESTS);
    }
    return new Decision.Append(next);
  }

  private static Shard with(Shard shard, ShardVersion version, List<AppliedRequest> requests) {
    return new Shard(
        shard.application(),
        shard.user(),
        version,
        shard.content(),
        requests,
        shard.facts(),
        shard.endedAt());
  }

  /** A step towards the end must never be refused for the many writes before it. */
  static boolean isEnd(Change change) {
    return change instanceof Change.End || change instanceof Change.Advance;
  }

  /** The shard with its new content, still under its old version and with its old requests. */
  private Shard changed(Optional<Shard> base, Change change, WallClock.Span span) {
    Instant now = span.latest();
    return switch (change) {
      case Change.Put put -> withContent(base.orElseThrow(), put.content());
      case Change.Merge merging ->
          withContent(base.orElseThrow(), merged(base.orElseThrow().content(), merging));
      case Change.Create create ->
          new Shard(
              create.application(),
              create.user(),
              ShardVersion.NONE,
              create.content(),
              List.of(),
              create.facts(),
              Optional.empty());
      case Change.End end ->
          new Shard(
              base.map(Shard::application).orElse(end.application()),
              base.map(Shard::user).orElse(end.user()),
              base.map(Shard::version).orElse(ShardVersion.NONE),
              Content.EMPTY,
              base.map(Shard::requests).orElse(List.of()),
              base.flatMap(Shard::facts),
              Optional.of(now));
      case Change.Advance advance -> advanced(base.orElseThrow(), advance.state(), now);
      case Change.Touch touch -> touched(base.orElseThrow(), touch.at(), span);
    };
  }

  private static Shard advanced(Shard base, SessionFacts.State state, Instant now) {
    boolean over = state == SessionFacts.State.ENDED;
    return new Shard(
        base.application(),
        base.user(),
        base.version(),
        over ? Content.EMPTY : base.content(),
        base.requests(),
        base.facts().map(facts -> facts.withState(state)),
        over ? Optional.of(now) : base.endedAt());
  }

  /**
   * Nobody is active in the future: a report that says so means now, and what a clock that was
   * wrong has left of such activity is taken back.
   */
  private static Shard touched(Shard base, Instant at, WallClock.Span now) {
    Instant then = at.isAfter(now.latest()) ? now.latest() : at;
    boolean ahead =
        base.facts().filter(facts -> Lifetimes.isAhead(facts, now.earliest())).isPresent();
    return new Shard(
        base.application(),
        base.user(),
        base.version(),
        base.content(),
        base.requests(),
        base.facts().map(facts -> ahead ? facts.backTo(then) : facts.activeAt(then)),
        base.endedAt());
  }

  private static Shard withContent(Shard base, Content content) {
    return new Shard(
        base.application(),
        base.user(),
        base.version(),
        content,
        base.requests(),
        base.facts(),
        base.endedAt());
  }

  private Content merged(Content base, Change.Merge merging) {
    TreeMap<String, String> attributes = new TreeMap<>(base.attributes());
    merging
        .patches()
        .forEach((name, patch) -> {
          Optional<String> value = merge.apply(Optional.ofNullable(attributes.get(name)), patch);
          if (value.isPresent()) {
            attributes.put(name, value.get());
          } else {
            attributes.remove(name);
          }
        });
    return new Content(attributes);
  }
}
