package dev.kintsugi.local.verify.check;

import dev.kintsugi.local.verify.check.Violation.Rule;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Whether one shard's answers can be true. Used once. */
final class ShardCheck {
  /*
   * Each acknowledged write names its version, and versions say the order. So what a content of
   * version v must show is known: of each place the newest acknowledged write up to v. Only writes
   * whose fate is unknown may stand there instead. What was shown to somebody binds every answer to
   * whoever asked later, which is what linearizable means here.
   */

  private final List<Exchange> exchanges;
  private final ShardFacts facts;
  private final Found before;
  private final Set<Integer> mayAppear;
  private final SlotCheck slot;
  private final Map<Integer, Effect> effects = new LinkedHashMap<>();
  private final TreeMap<Long, Effect> byVersion = new TreeMap<>();
  private final List<TreeMap<Long, Effect>> byPlace = new ArrayList<>();
  private final Set<Integer> missing = new HashSet<>();
  private final Set<Integer> wrong = new HashSet<>();
  private final List<Violation> found = new ArrayList<>();

  /**
   * @param exchanges of the shard, in the order in which they were sent
   * @param slot the shard's slot
   */
  ShardCheck(List<Exchange> exchanges, ShardFacts facts, SlotCheck slot) {
    this.exchanges = exchanges;
    this.facts = facts;
    this.before = facts.before();
    this.mayAppear = facts.mayAppear();
    this.slot = slot;
    for (int place = 0; place < Content.PLACES; place++) {
      byPlace.add(new TreeMap<>());
    }
  }

  List<Violation> check() {
    collect();
    order();
    for (Exchange exchange : exchanges) {
      Answer answer = exchange.answer();
      if (exchange.request().kind() == Kind.READ && answer.fate() == Fate.DONE) {
        content(answer.version(), answer.content(), exchange.toString());
      }
    }
    facts.gone().ifPresent(this::gone);
    facts.after().ifPresent(this::end);
    preconditions();
    return found;
  }

  private void collect() {
    Map<Integer, List<Exchange>> attempts = new LinkedHashMap<>();
    for (Exchange exchange : exchanges) {
      if (exchange.request().kind() == Kind.WRITE) {
        attempts.computeIfAbsent(exchange.request().value(), _ -> new ArrayList<>()).add(exchange);
      }
    }
    attempts.forEach((value, all) -> {
      Effect effect = Effect.of(all);
      effects.put(value, effect);
      oneAnswer(effect);
    });
    // By the order of epochs, so that of two with one version the one that is void is told.
    effects.values().stream()
        .filter(effect -> effect.fate() == Fate.DONE)
        .sorted(Comparator.comparing(Effect::epoch).reversed())
        .forEach(this::place);
  }

  /** All acknowledged attempts under one key must name one version. */
  private void oneAnswer(Effect effect) {
    for (Exchange attempt : effect.attempts()) {
      if (attempt.answer().fate() == Fate.DONE && attempt.answer().version() != effect.version()) {
        add(Rule.TWICE, "two versions under one key: %s and %s".formatted(effect, attempt));
      }
    }
  }

  private void place(Effect effect) {
    Effect other = byVersion.putIfAbsent(effect.version(), effect);
    if (other == null) {
      byPlace.get(Content.placeOf(effect.value())).put(effect.version(), effect);
    } else if (other.epoch().equals(effect.epoch())) {
      add(Rule.VERSIONS, "one version for two writes: %s and %s".formatted(effect, other));
    } else {
      isMissing(effect, "its version is that of " + other);
    }
  }

  /** Nobody is told less than somebody was told before he asked. */
  private void order() {
    Floor<Long> written = new Floor<>(exchanges, ShardCheck::writtenVersion);
    Floor<Long> read = new Floor<>(exchanges, ShardCheck::readVersion);
    for (Exchange exchange : exchanges) {
      long asked = exchange.request().sentNanos();
      Optional<Floor.Shown<Long>> acknowledged = written.before(asked);
      Optional<Floor.Shown<Long>> shown = read.before(asked);
      if (denied(exchange)) {
        notOlder(exchange, 0, acknowledged, shown);
        continue;
      }
      if (!exchange.answer().holds() || exchange.answer().version() < 0) {
        continue;
      }
      switch (exchange.request().kind()) {
        case READ -> notOlder(exchange, exchange.answer().version(), acknowledged, shown);
        case WRITE -> newer(exchange, acknowledged);
        case READ_ENDED, READ_FOREIGN, SIGN_OUT -> {}
      }
    }
  }

  /** Whether it was told that there is no such session, while that lived for certain. */
  private boolean denied(Exchange exchange) {
    boolean asksForContent =
        switch (exchange.request().kind()) {
          case READ, WRITE -> true;
          case READ_ENDED, READ_FOREIGN, SIGN_OUT -> false;
        };
    return asksForContent
        && exchange.answer().deniesSession()
        && facts.lives(exchange.answer().nanos());
  }

  /**
   * @param version that the exchange shows; 0: nothing at all
   */
  private void notOlder(
      Exchange exchange,
      long version,
      Optional<Floor.Shown<Long>> acknowledged,
      Optional<Floor.Shown<Long>> shown) {
    if (acknowledged.isPresent() && version < acknowledged.get().what()) {
      add(Rule.STALE, "%s misses %s".formatted(exchange, acknowledged.get().by()));
    } else if (shown.isPresent() && version < shown.get().what()) {
      add(Rule.BACKWARDS, "%s is older than %s".formatted(exchange, shown.get().by()));
    } else if (version < before.version()) {
      add(
          Rule.STALE,
          "%s misses version %d, which was there before".formatted(exchange, before.version()));
    }
  }

  private void newer(Exchange exchange, Optional<Floor.Shown<Long>> acknowledged) {
    Effect effect = effects.get(exchange.request().value());
    long most = Math.max(acknowledged.map(Floor.Shown::what).orElse(0L), before.version());
    if (effect != null && !effect.isRepeated() && exchange.answer().version() <= most) {
      isMissing(effect, "version " + most + " had been acknowledged before it was sent");
    }
  }

  private static Optional<Long> writtenVersion(Exchange exchange) {
    return exchange.request().kind() == Kind.WRITE && exchange.answer().fate() == Fate.DONE
        ? Optional.of(exchange.answer().version())
        : Optional.empty();
  }

  private static Optional<Long> readVersion(Exchange exchange) {
    return exchange.request().kind() == Kind.READ && exchange.answer().holds()
        ? Optional.of(exchange.answer().version())
        : Optional.empty();
  }

  /** Whether a content is what the writes up to its version make of the shard. */
  private void content(long version, Content content, String seenBy) {
    for (int place = 0; place < Content.PLACES; place++) {
      place(place, version, content.place(place), seenBy);
    }
    Effect newest = byVersion.get(version);
    int last = content.last();
    if (newest == null || last == newest.value()) {
      return;
    }
    Effect shown = effects.get(last);
    if (content.place(Content.placeOf(newest.value())) == newest.value() && shown != null) {
      if (wrong.add(last)) {
        add(Rule.TWICE, "%s shows %s again, after %s".formatted(seenBy, shown, newest));
      }
    } else {
      isMissing(newest, seenBy + " shows value " + last + " as the last of that version");
    }
  }

  private void place(int place, long version, int value, String seenBy) {
    Map.Entry<Long, Effect> due = byPlace.get(place).floorEntry(version);
    int expected = due == null ? before.content().place(place) : due.getValue().value();
    if (value == expected || mayAppear.contains(value)) {
      return;
    }
    Effect shown = effects.get(value);
    if (shown == null && value != before.content().place(place)) {
      if (wrong.add(value)) {
        add(Rule.VERSIONS, seenBy + " shows value " + value + ", which nobody wrote there");
      }
      return;
    }
    Fate fate = shown == null ? Fate.DONE : shown.fate();
    switch (fate) {
      case UNKNOWN -> {}
      case REFUSED -> {
        if (wrong.add(value)) {
          add(Rule.REFUSED_VISIBLE, "%s shows %s".formatted(seenBy, shown));
        }
      }
      case DONE -> {
        if (shown != null && shown.version() > version) {
          if (wrong.add(value)) {
            add(Rule.VERSIONS, "%s shows the later %s".formatted(seenBy, shown));
          }
        } else if (due != null) {
          isMissing(due.getValue(), seenBy + " shows value " + value + " in its place");
        }
      }
    }
  }

  /** The shard is not there any more. Where nobody has ended its session, all of it is lost. */
  private void gone(String answer) {
    if (facts.mayHaveEnded()) {
      return;
    }
    byVersion.values().forEach(effect -> isMissing(effect, "in the end " + answer));
    if (before.version() > 0) {
      isLess("in the end " + answer);
    }
  }

  private void isLess(String end) {
    add(
        Rule.LOST,
        "shard %d had version %d before all of this: %s"
            .formatted(facts.shard(), before.version(), end));
  }

  private void end(Found last) {
    if (last.version() < before.version()) {
      isLess("the end has version " + last.version());
    } else {
      content(
          last.version(),
          last.content(),
          "the end of shard %d (version %d)".formatted(facts.shard(), last.version()));
    }
    byVersion
        .tailMap(last.version(), false)
        .values()
        .forEach(effect -> isMissing(effect, "the end has version " + last.version()));
    if (!found.isEmpty() || exchanges.isEmpty()) {
      return;
    }
    long made = last.version() - before.version();
    long known = byVersion.size();
    long possible = known + mayAppear.size() + unanswered() + repairs();
    if (made < known || made > possible) {
      add(
          Rule.VERSIONS,
          "shard %d: %d versions were made (%d to %d) by %d acknowledged and at most %d other writes, %d epochs answered for its slot; the newest is %s"
              .formatted(
                  facts.shard(),
                  made,
                  before.version(),
                  last.version(),
                  known,
                  possible - known,
                  slot.epochs(),
                  byVersion.isEmpty() ? "none" : byVersion.lastEntry().getValue()));
    }
  }

  /**
   * How many attempts may have made a version though nobody was told so: it was applied, or the
   * owner has put a valid record after the void one that a deposed owner had appended before it
   * refused.
   */
  private long unanswered() {
    return effects.values().stream()
        .flatMap(effect -> effect.attempts().stream())
        .filter(attempt -> attempt.answer().mayHaveAppended())
        .count();
  }

  /**
   * How often an owner may have put a valid record after a void one besides: once per takeover, for
   * the attempts that the gateway made and nobody was told of.
   */
  private long repairs() {
    return effects.isEmpty() ? 0 : Math.max(0, slot.epochs() - 1);
  }

  /** A write that was refused for its precondition must have met another version. */
  private void preconditions() {
    boolean doubtful = repairs() > 0 || !mayAppear.isEmpty() || unanswered() > 0;
    for (Exchange exchange : exchanges) {
      long wanted = exchange.request().ifMatch();
      if (wanted < 0) {
        continue;
      }
      Answer answer = exchange.answer();
      if (answer.fate() == Fate.DONE && answer.version() != wanted + 1) {
        add(Rule.VERSIONS, exchange + " does not follow the version that it wanted");
      }
      boolean newer =
          before.version() > wanted
              || byVersion.tailMap(wanted, false).values().stream()
                  .anyMatch(effect -> effect.sentNanos() < answer.nanos());
      if (answer.status() == 412 && !newer && !doubtful) {
        add(Rule.VERSIONS, exchange + " was refused though nothing newer was written");
      }
    }
  }

  private void isMissing(Effect effect, String why) {
    if (!missing.add(effect.value())) {
      return;
    }
    Exchange done = effect.done();
    boolean deposed =
        done != null && slot.wasSucceeded(done.answer().epoch(), done.answer().nanos());
    add(deposed ? Rule.ZOMBIE : Rule.LOST, "%s: %s".formatted(effect, why));
  }

  private void add(Rule rule, String evidence) {
    found.add(new Violation(rule, evidence));
  }
}
