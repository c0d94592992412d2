package dev.kintsugi.local.verify.measure;

import dev.kintsugi.local.verify.check.Exchange;
import dev.kintsugi.local.verify.check.Fate;
import dev.kintsugi.local.verify.check.History;
import dev.kintsugi.local.verify.check.Kind;
import dev.kintsugi.local.verify.check.Violation;
import dev.kintsugi.local.verify.check.Violation.Rule;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Counts what a run's history holds. Pure. */
public final class Tally {

  private static final int MOST_SHOWN = 5;

  private final Gap gap;
  private final List<Exchange> firstFailed = new ArrayList<>();
  private final Map<Rule, Long> violations = new EnumMap<>(Rule.class);
  private long requests;
  private long failed;
  private long acked;
  private long probes;
  private long marked;
  private long markedTooSoon;

  public Tally(History history, Judge judge, List<FaultWindow> faults, List<Violation> violations) {
    this.gap = new Gap(faults);
    Set<Integer> done = new HashSet<>();
    for (int id = 0; id < history.size(); id++) {
      Exchange exchange = history.get(id);
      if (exchange.request().kind() == Kind.WRITE && exchange.answer().fate() == Fate.DONE) {
        done.add(exchange.request().value());
      }
      if (Judge.counts(exchange)) {
        boolean tooSoon = isMarkedTooSoon(exchange, faults);
        markedTooSoon += tooSoon ? 1 : 0;
        count(exchange, judge.isProper(exchange) && !tooSoon);
      } else {
        probes++;
      }
    }
    acked = done.size();
    violations.forEach(violation -> this.violations.merge(violation.rule(), 1L, Long::sum));
  }

  /** Before anything was done, everything can be proven. */
  private static boolean isMarkedTooSoon(Exchange exchange, List<FaultWindow> faults) {
    return exchange.answer().stale()
        && faults.stream().noneMatch(fault -> fault.beganNanos() <= exchange.answer().nanos());
  }

  private void count(Exchange exchange, boolean proper) {
    requests++;
    marked += exchange.answer().stale() ? 1 : 0;
    if (proper) {
      gap.proper(exchange);
      return;
    }
    failed++;
    gap.failed(exchange);
    if (firstFailed.size() < MOST_SHOWN) {
      firstFailed.add(exchange);
    }
  }

  public long requests() {
    return requests;
  }

  public long failed() {
    return failed;
  }

  /** Writes that were acknowledged, repeats under the same key not counted. */
  public long acked() {
    return acked;
  }

  /** Requests straight to a node, which are in no other number. */
  public long probes() {
    return probes;
  }

  /** Requests that were answered with a mark: possibly old. */
  public long marked() {
    return marked;
  }

  public Gap gap() {
    return gap;
  }

  /** Some of those that failed. */
  public List<Exchange> firstFailed() {
    return List.copyOf(firstFailed);
  }

  /** How often a rule was broken. */
  public long violations(Rule rule) {
    return violations.getOrDefault(rule, 0L);
  }

  /**
   * How often any rule was broken that has no number of its own in the summary; an answer that was
   * marked before anything was done is one.
   */
  public long otherViolations() {
    long all = markedTooSoon;
    for (Rule rule : Rule.values()) {
      all +=
          switch (rule) {
            case LOST, STALE, ZOMBIE -> 0;
            case REFUSED_VISIBLE, VERSIONS, BACKWARDS, ENDED_ALIVE, TWICE, FOREIGN ->
                violations(rule);
          };
    }
    return all;
  }
}
